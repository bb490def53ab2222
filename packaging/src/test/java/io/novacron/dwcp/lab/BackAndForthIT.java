package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One guest, one pair of daemons, many migrations in a row. */
@Tag("lab")
class BackAndForthIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  private static final int MIGRATIONS = Lab.LONG ? 30 : 6;

  /** Each daemon is source and destination once before anything is compared. */
  private static final int FIRST_USES = 2;

  /** Of one run of the JVM to the next; a leaked migration would be a page history of far more. */
  private static final long RESIDENT_NOISE_KIB = 32 * 1024;

  /** Streams of an idle session close and open again. */
  private static final long DESCRIPTOR_NOISE = 4;

  @Test
  void manyMigrationsLeaveNothingBehind(TestReporter reporter) {
    Guest guest = LAB.startGuest("vm", "--memory", "256", "--rate", "500", "--files", "60");
    for (int use = 0; use < FIRST_USES; use++) {
      assertCarried(guest.migrate());
    }
    Map<Host, List<Footprint>> footprints =
        Map.of(Host.A, new ArrayList<>(), Host.B, new ArrayList<>());
    for (int number = 0; number < MIGRATIONS; number++) {
      assertCarried(guest.migrate());
      for (Host host : Host.values()) {
        footprints.get(host).add(Footprint.of(LAB, host));
      }
    }
    footprints.forEach((host, seen) -> reporter.publishEntry(host.hostName(), seen.toString()));
    footprints.forEach(BackAndForthIT::assertFlat);
  }

  private static void assertFlat(Host host, List<Footprint> seen) {
    List<Footprint> first = seen.subList(0, seen.size() / 3);
    List<Footprint> last = seen.subList(seen.size() - seen.size() / 3, seen.size());
    String what = host.hostName() + ": " + seen;
    assertTrue(
        mean(last, Footprint::residentKib)
            <= mean(first, Footprint::residentKib) * 1.1 + RESIDENT_NOISE_KIB,
        what);
    assertTrue(
        mean(last, Footprint::descriptors)
            <= mean(first, Footprint::descriptors) + DESCRIPTOR_NOISE,
        what);
    for (Footprint each : seen) {
      assertEquals(Set.of("control.sock", host.other().hostName() + ".sock"), each.runtimeFiles());
      assertEquals(Set.of(16590), each.listeningPorts(), what);
    }
  }

  private static double mean(List<Footprint> footprints, ToLongFunction<Footprint> value) {
    return footprints.stream().mapToLong(value).average().orElseThrow();
  }
}
