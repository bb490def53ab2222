package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.DeltaPages;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.PageSize;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The deltas of one batch (BatchFormat, "Delta"): {@link #add} for each page that has a base, in
 * stream order, {@link #write} once, {@link #drop} for those that came to nothing. Reusable, not
 * for several threads at once.
 */
final class DeltaWriter {

  /**
   * Half a page. What differs in more than that is as often a page with other content, which zstd
   * makes smaller than the XOR of two contents.
   */
  static final int MAX_DELTA_BYTES = PageSize.BYTES / 2;

  private static final int NOT_A_DELTA = -1;

  /** By page of the batch. */
  private final int[] baseSlots = new int[BatchFormat.MAX_PAGES];

  private final DeltaPages pages = new DeltaPages(BatchFormat.MAX_PAGES, MAX_DELTA_BYTES);

  /** Which page of the batch each of {@link #pages} is. */
  private final int[] batchPages = new int[BatchFormat.MAX_PAGES];

  private final ByteBuffer runs =
      ByteBuffer.allocateDirect(BatchFormat.MAX_PAGES * MAX_DELTA_BYTES);
  private final ByteBuffer changes =
      ByteBuffer.allocateDirect(BatchFormat.MAX_PAGES * MAX_DELTA_BYTES);

  void clear() {
    pages.clear();
    Arrays.fill(baseSlots, NOT_A_DELTA);
  }

  /** Of pages added. */
  int count() {
    return pages.count();
  }

  boolean isDelta(int page) {
    return baseSlots[page] != NOT_A_DELTA;
  }

  int baseSlot(int page) {
    return baseSlots[page];
  }

  /** Page {@code page} of the batch may be a delta against the page in a slot, which lies here. */
  void add(Batch batch, int page, int baseSlot, MemorySegment slab, int slabOffset) {
    baseSlots[page] = baseSlot;
    batchPages[pages.count()] = page;
    pages.add(batch.pageOffsets[page], slab, slabOffset);
  }

  /** Pages that take more than {@link #MAX_DELTA_BYTES} are no deltas any more. */
  void write(PageKernels kernels, Batch batch) {
    kernels.writeDeltas(batch.raw().duplicate().flip(), pages, runs.clear(), changes.clear());
    for (int i = 0; i < pages.count(); i++) {
      if (pages.runsBytes(i) == 0) {
        drop(i);
      }
    }
  }

  /** The page that was added as number {@code index} is no delta. */
  void drop(int index) {
    baseSlots[batchPages[index]] = NOT_A_DELTA;
  }

  /** Which page of the batch was added as number {@code index}. */
  int batchPage(int index) {
    return batchPages[index];
  }

  /** Copies all runs and then all changes; they were apart, as their token comes before them. */
  void copyTo(ByteBuffer out) {
    int from = 0;
    for (int i = 0; i < pages.count(); i++) {
      from += copy(runs, from, pages.runsBytes(i), isDelta(batchPages[i]), out);
    }
    from = 0;
    for (int i = 0; i < pages.count(); i++) {
      from += copy(changes, from, pages.changesBytes(i), isDelta(batchPages[i]), out);
    }
  }

  private static int copy(
      ByteBuffer bytes, int from, int lengthBytes, boolean wanted, ByteBuffer out) {
    if (wanted && lengthBytes > 0) {
      out.put(out.position(), bytes, from, lengthBytes);
      out.position(out.position() + lengthBytes);
    }
    return lengthBytes;
  }
}
