package io.novacron.dwcp.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Pages of one buffer, an older version of each, and the lengths of what {@link
 * PageKernels#writeDeltas} wrote for them. Reusable, not for several threads at once.
 */
public final class DeltaPages {

  final int mostBytes;
  final int[] offsetsBytes;
  final MemorySegment[] bases;
  final long[] baseOffsetsBytes;
  final long[] baseAddresses;
  final int[] runsBytes;
  final int[] changesBytes;
  private int count;

  /**
   * @param capacity pages at most
   * @param mostBytes what runs and changes of one page may take together, 0 to 4096
   */
  public DeltaPages(int capacity, int mostBytes) {
    Objects.checkIndex(mostBytes, PageKernels.DELTA_PAGE_BYTES + 1);
    this.mostBytes = mostBytes;
    this.offsetsBytes = new int[capacity];
    this.bases = new MemorySegment[capacity];
    this.baseOffsetsBytes = new long[capacity];
    this.baseAddresses = new long[capacity];
    this.runsBytes = new int[capacity];
    this.changesBytes = new int[capacity];
  }

  public void clear() {
    count = 0;
  }

  /** Pages added since {@link #clear}. */
  public int count() {
    return count;
  }

  /**
   * Adds a page.
   *
   * @param offsetBytes of the page in the buffer that will be given to the kernel
   * @param base native memory that holds the older version at {@code baseOffsetBytes}; must stay
   *     alive until the kernel has run
   * @throws IllegalStateException if there are as many pages as the capacity
   */
  public void add(int offsetBytes, MemorySegment base, long baseOffsetBytes) {
    if (count == bases.length) {
      throw new IllegalStateException("more than " + count + " pages");
    }
    if (!base.isNative()) {
      throw new IllegalArgumentException("base on the heap, expected native memory: " + base);
    }
    Objects.checkFromIndexSize(baseOffsetBytes, PageKernels.DELTA_PAGE_BYTES, base.byteSize());
    offsetsBytes[count] = offsetBytes;
    bases[count] = base;
    baseOffsetsBytes[count] = baseOffsetBytes;
    baseAddresses[count] = base.address() + baseOffsetBytes;
    count++;
  }

  /**
   * What page {@code index} took of the runs; 0 if it would have taken too much and is no delta.
   */
  public int runsBytes(int index) {
    return runsBytes[Objects.checkIndex(index, count)];
  }

  /** What page {@code index} took of the changes. */
  public int changesBytes(int index) {
    return changesBytes[Objects.checkIndex(index, count)];
  }

  static void checkLengths(ByteBuffer runs, int count, int[] runsBytes, int[] changesBytes) {
    PageSpans.checkDirect(runs);
    Objects.checkFromIndexSize(0, count, runsBytes.length);
    Objects.checkFromIndexSize(0, count, changesBytes.length);
  }

  static void checkApply(ByteBuffer pages, int count, ByteBuffer runs, ByteBuffer changes) {
    PageSpans.checkDirect(pages);
    PageSpans.checkDirect(runs);
    PageSpans.checkDirect(changes);
    Objects.checkFromIndexSize(0L, (long) count * PageKernels.DELTA_PAGE_BYTES, pages.remaining());
  }

  /** Throws unless every page lies in {@code current} and there is room for the most of all. */
  void checkWithin(ByteBuffer current, ByteBuffer runs, ByteBuffer changes) {
    PageSpans.checkDirect(current);
    PageSpans.checkDirect(runs);
    PageSpans.checkDirect(changes);
    int room = count * mostBytes;
    Objects.checkFromIndexSize(0, room, runs.remaining());
    Objects.checkFromIndexSize(0, room, changes.remaining());
    for (int i = 0; i < count; i++) {
      Objects.checkFromIndexSize(
          offsetsBytes[i], PageKernels.DELTA_PAGE_BYTES, current.remaining());
    }
  }
}
