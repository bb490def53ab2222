package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * libvirt 9.0 and QEMU 7.2. Idle guests and few rounds: this QEMU loses dirty pages under TCG, with
 * plain TCP too, so a guest that works would prove nothing about us.
 */
@Tag("lab")
class OldVersionsIT {
  @Nested
  class BothHostsOld {
    @RegisterExtension static final Lab LAB = new Lab(List.of("old"), "--old", "both");

    @ParameterizedTest(name = "[{0}]")
    @ValueSource(
        strings = {
          "--verbose",
          "--parallel --parallel-connections 3",
          "--postcopy --postcopy-after-precopy",
        })
    void carryAnIdleGuestWith(String flags) {
      Guest guest = LAB.startGuest("vm", "--memory", "128", "--workload", "idle");
      assertCarried(guest.migrate(flags.split(" ", -1)));
      guest.stop();
    }

    @Test
    void carryTheDiskToo() {
      Guest guest =
          LAB.startGuest(
              "disk", "--memory", "128", "--workload", "idle", "--disk", "48", "--disk-rate", "1");
      assertCarried(guest.migrate("--copy-storage-all"));
      guest.stop();
    }
  }

  @Nested
  class SourceOldDestinationNew {
    @RegisterExtension static final Lab LAB = new Lab(List.of("old", "new"), "--old", "a");

    @ParameterizedTest(name = "[{0}]")
    @ValueSource(strings = {"--verbose", "--parallel --parallel-connections 3"})
    void carryAnIdleGuestWith(String flags) {
      Guest guest = LAB.startGuest("vm", "--memory", "128", "--workload", "idle");
      assertCarried(guest.migrate(flags.split(" ", -1)));
      guest.stop();
    }
  }
}
