package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageMemory;
import io.novacron.dwcp.page.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The page content of a history, by slot, outside the heap. Memory is taken in slabs as slots are
 * first written and freed by {@link #close()}; used after that it throws, it does not crash. One
 * thread writes. Who reads a slot on another thread needs a happens-before edge from its write, and
 * sees a mixture if it is written again meanwhile.
 */
final class PageRing implements AutoCloseable {

  /** A channel without pages has no slab. */
  private static final int SLAB_PAGES = PageMemory.SLAB_BYTES / PageSize.BYTES;

  private final Arena arena = Arena.ofShared();
  private final int historyPages;
  private final @Nullable ByteBuffer[] slabs;

  /** The same memory, for the kernels. */
  private final @Nullable MemorySegment[] segments;

  PageRing(int historyPages) {
    if (historyPages < 0 || historyPages > BatchFormat.MAX_HISTORY_PAGES) {
      throw new IllegalArgumentException(
          "history of %d pages, expected 0 to %d"
              .formatted(historyPages, BatchFormat.MAX_HISTORY_PAGES));
    }
    this.historyPages = historyPages;
    int slabCount = (int) Math.ceilDiv((long) historyPages, SLAB_PAGES);
    this.slabs = new @Nullable ByteBuffer[slabCount];
    this.segments = new @Nullable MemorySegment[slabCount];
  }

  /** Copies a page into a slot. Absolute offset; the position of {@code page} does not move. */
  void put(int slot, ByteBuffer page, int pageOffset) {
    ByteBuffer slab = slabs[slot / SLAB_PAGES];
    if (slab == null) {
      slab = newSlab(slot / SLAB_PAGES);
    }
    slab.put(offset(slot), page, pageOffset, PageSize.BYTES);
  }

  /** Where the page of a written slot lies, at {@link #offset}. Not to be changed. */
  ByteBuffer slab(int slot) {
    ByteBuffer slab = slabs[slot / SLAB_PAGES];
    if (slab == null) {
      throw new IllegalStateException("slot " + slot + " was never written");
    }
    return slab;
  }

  /** As {@link #slab}. */
  MemorySegment segment(int slot) {
    MemorySegment segment = segments[slot / SLAB_PAGES];
    if (segment == null) {
      throw new IllegalStateException("slot " + slot + " was never written");
    }
    return segment;
  }

  static int offset(int slot) {
    return slot % SLAB_PAGES * PageSize.BYTES;
  }

  private ByteBuffer newSlab(int at) {
    int pages = Math.min(SLAB_PAGES, historyPages - at * SLAB_PAGES);
    MemorySegment segment = PageMemory.allocate(pages * PageSize.BYTES, arena);
    ByteBuffer slab = segment.asByteBuffer();
    segments[at] = segment;
    slabs[at] = slab;
    return slab;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
