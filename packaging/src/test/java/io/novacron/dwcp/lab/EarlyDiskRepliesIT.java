package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A guest that writes to its disk all the time while that is copied over a long link, where QEMU is
 * told of writes to be done that are still under way: nothing of them may be missing once the guest
 * runs at the destination, and the guest runs on at the source when they cannot be brought there.
 */
@Tag("lab")
class EarlyDiskRepliesIT {
  @RegisterExtension
  static final Lab LAB = new Lab(List.of("new"), "--wan", "delay=40ms,rate=300mbit");

  private static final String[] WRITES_MUCH = {
    "--memory", "256", "--workload", "idle", "--disk", "192", "--disk-rate", "4096"
  };

  @Test
  void guestArrivesWithAllThatItWroteMeanwhile() {
    Guest guest = LAB.startGuest("busy", WRITES_MUCH);

    assertCarried(guest.migrate("--copy-storage-all"));

    Guest.Migration back = guest.begin("--copy-storage-all", "--suspend");
    back.await().expectSuccess();
    assertCarried(back.history());
    CopiedDisks.assertArrivedPausedWithEqualOnes(LAB, guest, Host.A, 1);
  }

  @Test
  void twoDisksAndAGuestThatWritesThroughBothArriveTogether() {
    Guest guest =
        LAB.startGuest(
            "both", "--memory", "256", "--workload", "idle", "--disk", "64", "--disk", "96");

    Guest.Migration there =
        guest.begin("--copy-storage-all", "--copy-storage-synchronous-writes", "--suspend");
    there.await().expectSuccess();

    assertCarried(there.history());
    CopiedDisks.assertArrivedPausedWithEqualOnes(LAB, guest, Host.B, 2);
  }

  @Test
  void copyGoesOnAfterALinkThatWasCutInTheMiddle() {
    Guest guest = LAB.startGuest("cut", WRITES_MUCH);
    Guest.Migration migration = guest.begin("--copy-storage-all", "--suspend", "--bandwidth", "20");
    awaitCopy(migration, "cut");

    LAB.run("wan", "cut");
    try {
      Await.pause(Duration.ofSeconds(4));
    } finally {
      LAB.run("wan", "restore");
    }

    migration.await().expectSuccess();
    assertCarried(migration.history());
    CopiedDisks.assertArrivedPausedWithEqualOnes(LAB, guest, Host.B, 1);
  }

  @Test
  void guestStaysWhenTheDestinationHasNoRoomForItsDisk() {
    Guest guest = LAB.startGuest("full", WRITES_MUCH);
    LAB.on(Host.B, "mount", "-t", "tmpfs", "-o", "size=24m", "none", CopiedDisks.IMAGES);
    try {
      LAB.on(
          Host.B,
          "qemu-img",
          "create",
          "-q",
          "-f",
          "qcow2",
          CopiedDisks.IMAGES + "full-1.qcow2",
          "192M");

      Guest.Migration migration = guest.begin("--copy-storage-all");

      migration.await().expectFailure();
      guest.assertSoundOn(Host.A);
      assertNotEquals("completed", migration.history().outcome());
    } finally {
      LAB.on(Host.B, "umount", "-l", CopiedDisks.IMAGES);
    }

    assertCarried(guest.migrate("--copy-storage-all"));
    guest.stop();
  }

  /** The daemon that is left is killed as well, so that nothing waits for its peer any more. */
  @ParameterizedTest
  @EnumSource(Host.class)
  void guestStaysWhenADaemonIsKilledDuringTheCopy(Host host) {
    String name = "killed-" + host.letter();
    Guest guest = LAB.startGuest(name, WRITES_MUCH);
    Guest.Migration migration = guest.begin("--copy-storage-all", "--bandwidth", "20");
    awaitCopy(migration, name);

    LAB.killDaemon(host);

    migration.await().expectFailure();
    LAB.killDaemon(host.other());
    Await.until(Duration.ofSeconds(60), "one host that knows it", guest::problem);
    guest.assertSoundOn(Host.A);
    guest.stop();
  }

  /** Some of the disk is at the destination, and most of it is not. */
  private static void awaitCopy(Guest.Migration migration, String name) {
    Await.until(
        Duration.ofSeconds(30),
        "a copy of the disk",
        () -> {
          assertTrue(migration.runs(), "the migration ended before it could be interfered with");
          String allocated = LAB.on(Host.B, "du", "-k", CopiedDisks.IMAGES + name + "-1.qcow2");
          long kib = Long.parseLong(allocated.split("\t", -1)[0]);
          return kib > 8_000 ? "" : "so far " + kib + " KiB";
        });
  }
}
