package io.novacron.dwcp.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A daemon that dies without a word, at any moment of a migration, costs that migration at most.
 */
@Tag("lab")
class KillIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  /** A migration of this guest takes about 3 s, so that some daemons die during switchover. */
  private static final int LATEST_MILLIS = 3500;

  private static final int KILLS_OF_EACH = Lab.LONG ? 10 : 2;

  /** libvirt's keepalive gives up after 30 s, the session's budget ends after 60 s. */
  private static final Duration ONE_HOST_LIMIT = Duration.ofSeconds(100);

  private static Guest guest;

  @BeforeAll
  static void startGuest() {
    guest = LAB.startGuest("vm", "--memory", "256", "--rate", "1000", "--files", "60");
  }

  /** Whose daemon dies, and how long after virsh was started. */
  record Kill(boolean ofSource, int afterMillis, long seed) {
    static Stream<Kill> moments() {
      long seed = Long.getLong("dwcp.it.seed", new Random().nextInt(1_000_000));
      Random random = new Random(seed);
      List<Kill> kills = new ArrayList<>();
      for (int number = 0; number < KILLS_OF_EACH; number++) {
        kills.add(new Kill(true, random.nextInt(LATEST_MILLIS), seed));
        kills.add(new Kill(false, random.nextInt(LATEST_MILLIS), seed));
      }
      return kills.stream();
    }
  }

  static Stream<Kill> moments() {
    return Kill.moments();
  }

  @ParameterizedTest
  @MethodSource("moments")
  void guestRunsOnOneHostAndTheNextMigrationWorksAfter(Kill kill) {
    Guest.Migration migration = guest.begin();
    Host killed = kill.ofSource() ? migration.source() : migration.source().other();
    Await.pause(Duration.ofMillis(kill.afterMillis()));

    LAB.killDaemon(killed);

    migration.await();
    Await.until(ONE_HOST_LIMIT, "one host that runs it", () -> runningOnOne() ? "" : states());
    LAB.startDaemon(killed);
    // killed during a Prepare call, which libvirt goes on with: a second host knows it for a while
    Await.until(ONE_HOST_LIMIT, "one host that knows it", guest::problem);
    assertEquals("completed", guest.migrate().outcome());
  }

  private static boolean runningOnOne() {
    return Stream.of(Host.values()).filter(host -> guest.state(host).equals("running")).count()
        == 1;
  }

  private static String states() {
    return "host-a: '%s', host-b: '%s'".formatted(guest.state(Host.A), guest.state(Host.B));
  }
}
