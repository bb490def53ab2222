package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeenPagesTest {

  /** Compared with a plain array of what each slot of the ring holds. */
  @Test
  void namesOnlySlotsThatHoldTheDigestAndForgetsNextToNone() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int historyPages : new int[] {1, 2, 63, 64, 1024, 3000}) {
      String where = "seed " + seed + " history " + historyPages;
      SeenPages seen = new SeenPages(historyPages);
      long[] ring = new long[historyPages];
      int added = 0;
      int forgotten = 0;
      for (int round = 0; round < 4 * historyPages + 100; round++) {
        long page = random.nextLong(1, 2L * historyPages + 2);
        int slot = seen.find(digest(page), 0);
        if (slot >= 0) {
          assertEquals(page, ring[slot], where);
          continue;
        }
        forgotten += contains(ring, page) ? 1 : 0;
        seen.add(digest(page), 0);
        ring[added % historyPages] = page;
        added++;
      }
      // the small rings have so few sets that a few may be full by chance
      assertTrue(forgotten <= added / 50 + 8, where + " forgot " + forgotten + " of " + added);
    }
  }

  /** A guest that grinds its pages into one set costs itself ratio, and nobody time or bytes. */
  @Test
  void staysRightWhenAllDigestsFallIntoOneSet() {
    SeenPages seen = new SeenPages(5000);
    for (int page = 1; page <= 4000; page++) {
      seen.add(inOneSet(page), 0);
    }
    for (int page = 1; page <= 4000; page++) {
      int slot = seen.find(inOneSet(page), 0);
      assertTrue(slot == -1 || slot == page - 1, "page " + page + " in slot " + slot);
    }
    assertEquals(3999, seen.find(inOneSet(4000), 0));
  }

  @Test
  void remembersNothingWithoutAHistory() {
    SeenPages seen = new SeenPages(0);
    seen.add(digest(1), 0);
    assertEquals(-1, seen.find(digest(1), 0));
  }

  @Test
  void refusesAHistoryThatSlotNumbersCannotName() {
    assertThrows(IllegalArgumentException.class, () -> new SeenPages(-1));
    assertThrows(
        IllegalArgumentException.class, () -> new SeenPages(BatchFormat.MAX_HISTORY_PAGES + 1));
  }

  private static boolean contains(long[] ring, long page) {
    for (long there : ring) {
      if (there == page) {
        return true;
      }
    }
    return false;
  }

  private static byte[] digest(long page) {
    Sha256 sha256 = new Sha256();
    sha256.update(ByteBuffer.allocate(8).putLong(page).array(), 0, 8);
    byte[] digest = new byte[Sha256.BYTES];
    sha256.finish(digest, 0);
    return digest;
  }

  private static byte[] inOneSet(int page) {
    byte[] digest = new byte[Sha256.BYTES];
    ByteBuffer.wrap(digest).putInt(20, page);
    return digest;
  }
}
