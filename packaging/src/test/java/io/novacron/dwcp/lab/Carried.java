package io.novacron.dwcp.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

/** What is seen of a migration that went through the daemons, and not past them. */
final class Carried {
  private Carried() {}

  /** The history calls it ours, and counts what it carried. */
  static void assertCarried(HistoryEntry entry) {
    assertEquals("completed", entry.outcome(), entry::toString);
    assertEquals("dwcp", entry.transport(), entry::toString);
    assertTrue(entry.streams() >= 1, entry::toString);
    assertTrue(entry.wireBytes() > 0, entry::toString);
    // Framing costs something where nothing can be gained, as with QEMU's own zstd.
    assertTrue(entry.wireBytes() < entry.rawBytes() * 1.02, entry::toString);
  }

  /** It went by plain TCP, completed, and the history says why. */
  static void assertPlain(HistoryEntry entry, String reason) {
    assertEquals("completed", entry.outcome(), entry::toString);
    assertEquals("plain-tcp", entry.transport(), entry::toString);
    assertTrue(entry.reason().contains(reason), entry::toString);
    assertEquals(0, entry.wireBytes(), entry::toString);
  }

  /** The addresses at which any QEMU of a host listens, as {@code address:port}. */
  static List<String> qemuListeners(Lab lab, Host host) {
    return lab.on(host, "ss", "-Hltnp")
        .lines()
        .filter(line -> line.contains("qemu"))
        .map(line -> line.split(" +", -1)[3])
        .toList();
  }
}
