package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Guests whose disks are copied with them. What a guest writes after its arrival makes the two
 * images differ, so images are compared after a migration that leaves it paused ({@code --suspend})
 * and after its shutdown.
 */
@Tag("lab")
class DiskFormsIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  @Test
  void copiesOneDiskThereAndBack() {
    Guest guest = LAB.startGuest("one", "--memory", "256", "--rate", "300", "--disk", "64");

    HistoryEntry there = guest.migrate("--copy-storage-all");

    assertCarried(there);
    assertTrue(there.pages("zero") > 0, there::toString);
    Guest.Migration back = guest.begin("--copy-storage-all", "--suspend");
    back.await().expectSuccess();
    assertCarried(back.history());
    CopiedDisks.assertArrivedPausedWithEqualOnes(LAB, guest, Host.A, 1);
  }

  /** Two disks: each finds its own baseline. */
  @Test
  void aDiskThatComesBackTravelsAsWhatChanged() {
    Guest guest =
        LAB.startGuest(
            "back", "--memory", "256", "--workload", "idle", "--disk", "256", "--disk", "64");
    HistoryEntry there = guest.migrate("--copy-storage-all");
    assertCarried(there);
    assertEquals(0, there.pages("baseline"), there::toString);
    for (Host host : Host.values()) {
      Await.until(Duration.ofSeconds(60), "baselines of disks on " + host, () -> missing(host));
    }

    Guest.Migration back = guest.begin("--copy-storage-all", "--suspend");
    back.await().expectSuccess();

    HistoryEntry second = back.history();
    assertCarried(second);
    String seen = "first " + there.json() + ", second " + second.json();
    assertTrue(second.pages("baseline") > 40_000, seen);
    assertTrue(second.wireBytes() < there.wireBytes() / 6, seen);
    CopiedDisks.assertArrivedPausedWithEqualOnes(LAB, guest, Host.A, 2);
    for (Host host : Host.values()) {
      LAB.on(host, "/opt/dwcp/bin/dwcp", "baselines", "drop", "--all");
      assertTrue(LAB.on(host, "find", "/var/lib/dwcp/disks", "-name", "*.disk").isBlank());
    }
  }

  private static String missing(Host host) {
    String kept = LAB.on(host, "find", "/var/lib/dwcp/disks", "-name", "*.[01].disk");
    return kept.lines().filter(line -> !line.contains("/.")).count() == 2 ? "" : "only " + kept;
  }

  @Test
  void copiesTwoDisksThroughOneLoopbackPort() {
    Guest guest =
        LAB.startGuest("two", "--memory", "256", "--rate", "300", "--disk", "64", "--disk", "32");
    Guest.Migration migration =
        guest.begin("--copy-storage-all", "--suspend", "--parallel", "--bandwidth", "25");
    migration.awaitMemorySent(1);

    List<String> listeners = Carried.qemuListeners(LAB, Host.B);

    // Memory and NBD.
    assertEquals(2, listeners.size(), listeners::toString);
    assertTrue(
        listeners.stream().allMatch(address -> address.startsWith("127.0.0.1:")),
        listeners::toString);
    migration.await().expectSuccess();
    assertCarried(migration.history());
    CopiedDisks.assertArrivedPausedWithEqualOnes(LAB, guest, Host.B, 2);
  }

  @Test
  void copiesOnlyTheTopOfAnImageWhoseBaseIsOnBothHosts() {
    Guest guest =
        LAB.startGuest("top", "--memory", "256", "--rate", "300", "--backing", "--disk", "64");

    Guest.Migration migration = guest.begin("--copy-storage-inc", "--suspend");
    migration.await().expectSuccess();

    assertCarried(migration.history());
    String image = LAB.on(Host.B, "qemu-img", "info", "-U", CopiedDisks.IMAGES + "top-1.qcow2");
    assertTrue(image.contains("backing file: top-1-base.qcow2"), image);
    CopiedDisks.assertArrivedPausedWithEqualOnes(LAB, guest, Host.B, 1);
  }

  @Test
  void leavesBothDisksUsableWhenTheCopyIsAborted() {
    Guest guest = LAB.startGuest("cut", "--memory", "256", "--rate", "300", "--disk", "64");
    Guest.Migration migration = guest.begin("--copy-storage-all", "--bandwidth", "5");
    Await.until(
        Duration.ofSeconds(30),
        "a copy of the disk",
        () -> Carried.qemuListeners(LAB, Host.B).isEmpty() ? "QEMU does not listen yet" : "");
    Await.pause(Duration.ofSeconds(2));

    LAB.on(Host.A, "virsh", "-q", "domjobabort", "cut");

    migration.await().expectFailure();
    guest.assertSoundOn(Host.A);
    Guest.Migration again = guest.begin("--copy-storage-all", "--suspend");
    again.await().expectSuccess();
    assertCarried(again.history());
    CopiedDisks.assertArrivedPausedWithEqualOnes(LAB, guest, Host.B, 1);
  }
}
