package io.novacron.dwcp.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Writes the deltas of one {@link DeltaPages} in plain Java: one pass compares and writes. */
final class JavaDeltas {

  /** So many equal bytes end a run: a pair costs 2 bytes, and zeroes inside a run are cheap. */
  private static final int MIN_EQUAL_BYTES = 4;

  /** Two varints of at most 14 bits. */
  private static final int MAX_PAIR_BYTES = 4;

  private static final int MAX_VARINT_BYTES = 4;

  private static final int PAGE_BYTES = PageKernels.DELTA_PAGE_BYTES;

  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final DeltaPages pages;
  private final MemorySegment currentBytes;
  private final ByteBuffer runs;
  private final ByteBuffer changes;

  /** The two versions of the page at hand. */
  private MemorySegment old = MemorySegment.NULL;

  private long oldOffset;
  private long currentOffset;

  /** Where its runs and changes begin. */
  private int runsStart;

  private int changesStart;

  /** End of its last run. */
  private int writtenEnd;

  JavaDeltas(ByteBuffer current, DeltaPages pages, ByteBuffer runs, ByteBuffer changes) {
    this.pages = pages;
    this.currentBytes = MemorySegment.ofBuffer(current);
    this.runs = runs.duplicate();
    this.changes = changes.duplicate();
  }

  void write() {
    for (int i = 0; i < pages.count(); i++) {
      old = pages.bases[i];
      oldOffset = pages.baseOffsetsBytes[i];
      currentOffset = pages.offsetsBytes[i];
      runsStart = runs.position();
      changesStart = changes.position();
      writtenEnd = 0;
      if (putRuns()) {
        runs.put((byte) 0);
      } else {
        runs.position(runsStart);
        changes.position(changesStart);
      }
      pages.runsBytes[i] = runs.position() - runsStart;
      pages.changesBytes[i] = changes.position() - changesStart;
    }
  }

  /**
   * A word belongs to one run from its first to its last changed byte; runs of different words are
   * joined if fewer than {@link #MIN_EQUAL_BYTES} lie between them.
   */
  private boolean putRuns() {
    int start = 0;
    int end = 0;
    int at = 0;
    while (at < PAGE_BYTES) {
      long changed = changedWord(at);
      if (changed == 0) {
        at = skipEqual(at + Long.BYTES);
        continue;
      }
      int first = at + Long.numberOfTrailingZeros(changed) / Byte.SIZE;
      if (end == 0 || first - end >= MIN_EQUAL_BYTES) {
        if (!putRun(start, end)) {
          return false;
        }
        start = first;
      }
      at += Long.BYTES;
      end = at - Long.numberOfLeadingZeros(changed) / Byte.SIZE;
    }
    return putRun(start, end);
  }

  /** Four words at a time, since most of a page is equal: 0.4 us a page instead of 1.2. */
  private int skipEqual(int from) {
    int at = from;
    while (at <= PAGE_BYTES - 4 * Long.BYTES
        && (changedWord(at)
                | changedWord(at + Long.BYTES)
                | changedWord(at + 2 * Long.BYTES)
                | changedWord(at + 3 * Long.BYTES))
            == 0) {
      at += 4 * Long.BYTES;
    }
    return at;
  }

  private long changedWord(int at) {
    return old.get(WORD, oldOffset + at) ^ currentBytes.get(WORD, currentOffset + at);
  }

  /** False if the page would get too long; an empty run is none. */
  private boolean putRun(int start, int end) {
    int usedBytes = runs.position() - runsStart + changes.position() - changesStart;
    if (usedBytes + end - start + MAX_PAIR_BYTES + 1 > pages.mostBytes) {
      return false;
    }
    if (start == end) {
      return true;
    }
    putVarint(end - start);
    putVarint(start - writtenEnd);
    writtenEnd = end;
    changes.order(ByteOrder.LITTLE_ENDIAN);
    int at = start;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      changes.putLong(changedWord(at));
    }
    for (; at < end; at++) {
      byte older = old.get(ValueLayout.JAVA_BYTE, oldOffset + at);
      changes.put((byte) (older ^ currentBytes.get(ValueLayout.JAVA_BYTE, currentOffset + at)));
    }
    return true;
  }

  private void putVarint(int value) {
    int rest = value;
    while (rest >= 0x80) {
      runs.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    runs.put((byte) rest);
  }

  /**
   * What is wrong with the runs of {@code count} pages from the position of {@code runs} on, or
   * null. If nothing is, their lengths are in the arrays; else these are undefined.
   */
  static @Nullable String fault(ByteBuffer runs, int count, int[] runsBytes, int[] changesBytes) {
    ByteBuffer in = runs.duplicate();
    for (int page = 0; page < count; page++) {
      int start = in.position();
      int changedBytes = 0;
      int end = 0;
      int length = takeVarint(in);
      int equal = length > 0 ? takeVarint(in) : 0;
      while (length > 0 && equal >= 0) {
        // 28 bits each on top of a page at most: the sum is an int.
        end += equal + length;
        if (end > PAGE_BYTES) {
          return "run of %d B after %d equal ones ends at %d of page %d among the deltas"
              .formatted(length, equal, end, page);
        }
        changedBytes += length;
        length = takeVarint(in);
        equal = length > 0 ? takeVarint(in) : 0;
      }
      if (length < 0 || equal < 0) {
        return "the runs of page %d among the deltas have no end".formatted(page);
      }
      runsBytes[page] = in.position() - start;
      changesBytes[page] = changedBytes;
    }
    return null;
  }

  /** -1 if it is longer than 4 bytes or than what is left. */
  private static int takeVarint(ByteBuffer in) {
    int value = 0;
    for (int at = 0; at < MAX_VARINT_BYTES && in.hasRemaining(); at++) {
      int next = in.get();
      value |= (next & 0x7f) << (7 * at);
      if (next >= 0) {
        return value;
      }
    }
    return -1;
  }

  /** The runs are sound and their changes are there. Positions do not move. */
  static void apply(ByteBuffer pages, int count, ByteBuffer runs, ByteBuffer changes) {
    ByteBuffer in = runs.duplicate();
    MemorySegment changed = MemorySegment.ofBuffer(changes);
    MemorySegment out = MemorySegment.ofBuffer(pages);
    long from = 0;
    for (int page = 0; page < count; page++) {
      long at = (long) page * PAGE_BYTES;
      int length = takeVarint(in);
      while (length > 0) {
        at += takeVarint(in);
        xor(out, at, changed, from, length);
        at += length;
        from += length;
        length = takeVarint(in);
      }
    }
  }

  private static void xor(
      MemorySegment page, long offset, MemorySegment changes, long from, int lengthBytes) {
    int done = 0;
    for (; done <= lengthBytes - Long.BYTES; done += Long.BYTES) {
      long word = page.get(WORD, offset + done) ^ changes.get(WORD, from + done);
      page.set(WORD, offset + done, word);
    }
    for (; done < lengthBytes; done++) {
      int word =
          page.get(ValueLayout.JAVA_BYTE, offset + done)
              ^ changes.get(ValueLayout.JAVA_BYTE, from + done);
      page.set(ValueLayout.JAVA_BYTE, offset + done, (byte) word);
    }
  }
}
