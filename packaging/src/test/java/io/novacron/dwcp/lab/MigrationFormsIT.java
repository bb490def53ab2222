package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form of {@code virsh migrate} that libvirt's users know, through the daemons. */
@Tag("lab")
class MigrationFormsIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  /** MiB/s of raw memory: a guest of 160 MiB stays in pre-copy for some 8 s. */
  private static final String SLOW = "20";

  /** Well inside the first round. */
  private static final long SOME_MEMORY_BYTES = 20_000_000;

  private static Guest guest;

  @BeforeAll
  static void startGuest() {
    guest = LAB.startGuest("vm", "--memory", "256", "--rate", "500", "--files", "60");
  }

  @AfterAll
  static void stopGuest() {
    if (guest != null) {
      guest.stop();
    }
  }

  @ParameterizedTest(name = "[{0}]")
  @ValueSource(
      strings = {
        "",
        "--parallel --parallel-connections 3",
        "--parallel --parallel-connections 2 --comp-methods zstd",
        "--compressed --comp-methods xbzrle",
        "--postcopy --postcopy-after-precopy",
        "--auto-converge",
        "--bandwidth 40",
        "--timeout 60 --timeout-suspend --abort-on-error",
      })
  void carriesPeerToPeerMigrationWith(String flags) {
    assertCarried(guest.migrate(words(flags)));
  }

  @ParameterizedTest(name = "[{0}]")
  @ValueSource(strings = {"", "--parallel --parallel-connections 3", "--auto-converge"})
  void carriesMigrationThatVirshItselfManagesWith(String flags) {
    assertCarried(guest.beginDirect(words(flags)).expectCompleted());
  }

  private static String[] words(String flags) {
    return flags.isEmpty() ? new String[0] : flags.split(" ", -1);
  }

  @Test
  void acceptsMigrateUriWithTheProductsScheme() {
    assertCarried(guest.migrate("--migrateuri", "dwcp://" + guest.host().other().hostName()));
  }

  @Test
  void movesTheDefinitionToo() {
    Guest defined = LAB.startGuest("defined", "--memory", "128", "--mib", "8", "--persistent");

    assertCarried(defined.migrate("--persistent", "--undefinesource"));

    assertEquals(
        "", LAB.on(Host.A, "virsh", "-q", "list", "--all", "--name").replace("vm", "").strip());
    String there = LAB.on(Host.B, "virsh", "-q", "dominfo", "defined");
    assertTrue(there.matches("(?s).*Persistent: +yes.*"), there);
    defined.stop();
  }

  @Test
  void switchesToPostCopyOnRequest() {
    Guest.Migration migration = guest.begin("--postcopy", "--bandwidth", SLOW);
    migration.awaitMemorySent(SOME_MEMORY_BYTES);

    LAB.on(migration.source(), "virsh", "-q", "migrate-postcopy", guest.name());

    assertCarried(migration.expectCompleted());
  }

  @Test
  void leavesTheGuestWhereItIsWhenTheJobIsAborted() {
    Guest.Migration migration = guest.begin("--bandwidth", SLOW);
    migration.awaitMemorySent(SOME_MEMORY_BYTES);

    LAB.on(migration.source(), "virsh", "-q", "domjobabort", guest.name());

    String errors = migration.await().expectFailure().errors();
    assertTrue(errors.contains("canceled by client"), errors);
    guest.assertSoundOn(migration.source());
    HistoryEntry aborted = migration.history();
    assertEquals("aborted", aborted.outcome(), aborted::toString);
    assertEquals("dwcp", aborted.transport(), aborted::toString);
    assertCarried(guest.migrate());
  }

  @Test
  void keepsTheDowntimeLimitLowWhileTheGuestLeavesAndGivesItBack() {
    Guest.Migration migration = guest.begin("--bandwidth", SLOW);
    migration.awaitMemorySent(SOME_MEMORY_BYTES);
    awaitDowntimeLimit(migration.source(), "40");

    LAB.on(migration.source(), "virsh", "-q", "domjobabort", guest.name());

    migration.await().expectFailure();
    awaitDowntimeLimit(migration.source(), "300");
    assertCarried(guest.migrate());
  }

  /** In milliseconds. */
  private static void awaitDowntimeLimit(Host host, String wanted) {
    Await.until(
        Duration.ofSeconds(10),
        "a downtime limit of " + wanted + " ms",
        () -> {
          String limit =
              LAB.on(host, "virsh", "-q", "migrate-getmaxdowntime", guest.name()).strip();
          return limit.equals(wanted) ? "" : "it is " + limit;
        });
  }

  @Test
  void destinationListensForTheGuestOnLoopbackOnly() {
    Guest.Migration migration = guest.begin("--bandwidth", SLOW);
    migration.awaitMemorySent(SOME_MEMORY_BYTES);

    List<String> listeners = Carried.qemuListeners(LAB, migration.source().other());

    assertEquals(1, listeners.size(), listeners::toString);
    assertTrue(listeners.getFirst().startsWith("127.0.0.1:"), listeners::toString);
    assertCarried(migration.expectCompleted());
  }
}
