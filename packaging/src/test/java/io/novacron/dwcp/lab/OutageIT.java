package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A link that carries nothing for a while, in the middle of pre-copy. */
@Tag("lab")
class OutageIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  private static Guest guest;

  @BeforeAll
  static void startGuest() {
    guest = LAB.startGuest("vm", "--memory", "256", "--rate", "500", "--files", "60");
  }

  /** libvirt's own keepalive gives up at 30 s; the long one is beyond that. */
  static IntStream outageSeconds() {
    return Lab.LONG ? IntStream.of(20, 45) : IntStream.of(20);
  }

  @ParameterizedTest(name = "{0} s")
  @MethodSource("outageSeconds")
  void migrationGoesOnWhenTheLinkComesBack(int seconds) {
    Guest.Migration migration = guest.begin("--bandwidth", "20");
    migration.awaitMemorySent(20_000_000);

    LAB.run("wan", "cut");
    try {
      Await.pause(Duration.ofSeconds(seconds));
      assertTrue(migration.runs(), () -> migration.await().toString());
    } finally {
      LAB.run("wan", "restore");
    }

    assertCarried(migration.expectCompleted());
  }
}
