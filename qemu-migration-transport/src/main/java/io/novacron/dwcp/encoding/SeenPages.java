package io.novacron.dwcp.encoding;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Which page content lies in which slot of the ring, as its source knows it. Keeps a SHA-256 for
 * each slot and finds it through an index of sets of {@value #WAYS} entries.
 *
 * <p>Entries are never removed: one whose slot was overwritten is known by its digest, which is
 * compared in full before a slot is returned. A full set replaces an entry; the destination needs
 * not know, so this costs ratio at most, and a guest that grinds pages into one set costs no time.
 *
 * <p>48 bytes a slot, taken as the ring fills. One thread at a time.
 */
final class SeenPages {

  private static final int WAYS = 8;
  private static final int WORDS = Sha256.BYTES / Long.BYTES;

  /** 4 MiB of history: the least that is allocated. */
  private static final int FIRST_SLOTS = 1024;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int historyPages;
  private int nextSlot;

  /** {@value #WORDS} words a slot. */
  private long[] digests = {};

  /** Slot + 1, or 0; at least two entries a slot, a power of two. */
  private int[] index = {};

  SeenPages(int historyPages) {
    if (historyPages < 0 || historyPages > BatchFormat.MAX_HISTORY_PAGES) {
      throw new IllegalArgumentException(
          "history of %d pages, expected 0 to %d"
              .formatted(historyPages, BatchFormat.MAX_HISTORY_PAGES));
    }
    this.historyPages = historyPages;
  }

  /** The slot that holds the page with this digest, or -1. */
  int find(byte[] digestBytes, int offset) {
    if (index.length == 0) {
      return -1;
    }
    long first = (long) WORD.get(digestBytes, offset);
    int set = setOf(first);
    for (int way = 0; way < WAYS; way++) {
      int slot = index[set + way] - 1;
      if (slot >= 0 && digests[slot * WORDS] == first && isAt(slot, digestBytes, offset)) {
        return slot;
      }
    }
    return -1;
  }

  /**
   * The page goes to the next slot, as it will at the destination.
   *
   * @return the slot, or -1 without a history
   */
  int add(byte[] digestBytes, int offset) {
    if (historyPages == 0) {
      return -1;
    }
    if (nextSlot * WORDS == digests.length) {
      grow();
    }
    for (int word = 0; word < WORDS; word++) {
      digests[nextSlot * WORDS + word] = (long) WORD.get(digestBytes, offset + word * Long.BYTES);
    }
    int slot = nextSlot;
    enter(slot);
    nextSlot = slot + 1 == historyPages ? 0 : slot + 1;
    return slot;
  }

  /** Of a slot that was filled. */
  void copyDigest(int slot, byte[] out, int offset) {
    for (int word = 0; word < WORDS; word++) {
      WORD.set(out, offset + word * Long.BYTES, digests[slot * WORDS + word]);
    }
  }

  private boolean isAt(int slot, byte[] digestBytes, int offset) {
    for (int word = 1; word < WORDS; word++) {
      if (digests[slot * WORDS + word]
          != (long) WORD.get(digestBytes, offset + word * Long.BYTES)) {
        return false;
      }
    }
    return true;
  }

  private void enter(int slot) {
    int set = setOf(digests[slot * WORDS]);
    int free = set + (slot & (WAYS - 1));
    for (int entry = set; entry < set + WAYS; entry++) {
      int there = index[entry] - 1;
      if (there < 0 || there == slot || setOf(digests[there * WORDS]) != set) {
        free = entry;
        break;
      }
    }
    index[free] = slot + 1;
  }

  /** First index of the set; the words of a SHA-256 need no further mixing. */
  private int setOf(long firstWord) {
    return (int) firstWord & (index.length - 1) & -WAYS;
  }

  private void grow() {
    int slots = Math.min(historyPages, Math.max(FIRST_SLOTS, 2 * nextSlot));
    digests = Arrays.copyOf(digests, slots * WORDS);
    index = new int[Math.max(WAYS, Integer.highestOneBit(2 * slots - 1) << 1)];
    for (int slot = 0; slot < nextSlot; slot++) {
      enter(slot);
    }
  }
}
