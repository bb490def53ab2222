package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The destination's half of the history: the ring of pages that references name, with the digest of
 * each. Memory is taken in slabs as the ring fills and freed by {@link #close()}; used after that
 * it throws, it does not crash. One thread at a time.
 */
final class KeptPages implements AutoCloseable {

  /** 1 MiB a slab: few allocations, and a channel without pages has none. */
  private static final int SLAB_PAGES = 256;

  private static final class Slab {
    final ByteBuffer pages;
    final byte[] digests;

    Slab(ByteBuffer pages, int pageCount) {
      this.pages = pages;
      this.digests = new byte[pageCount * Sha256.BYTES];
    }
  }

  private final Arena arena = Arena.ofShared();
  private final int historyPages;
  private final @Nullable Slab[] slabs;
  private int nextSlot;
  private int filledSlots;

  KeptPages(int historyPages) {
    if (historyPages < 0 || historyPages > BatchFormat.MAX_HISTORY_PAGES) {
      throw new IllegalArgumentException(
          "history of %d pages, expected 0 to %d"
              .formatted(historyPages, BatchFormat.MAX_HISTORY_PAGES));
    }
    this.historyPages = historyPages;
    this.slabs = new @Nullable Slab[(int) Math.ceilDiv((long) historyPages, SLAB_PAGES)];
  }

  int filledSlots() {
    return filledSlots;
  }

  /** Puts a page into the next slot. Absolute offsets; positions do not move. */
  void add(ByteBuffer page, int pageOffset, byte[] digest, int digestOffset) {
    if (historyPages == 0) {
      return;
    }
    Slab slab = slabForAdding();
    int within = nextSlot % SLAB_PAGES;
    slab.pages.put(within * PageSize.BYTES, page, pageOffset, PageSize.BYTES);
    System.arraycopy(digest, digestOffset, slab.digests, within * Sha256.BYTES, Sha256.BYTES);
    filledSlots = Math.max(filledSlots, nextSlot + 1);
    nextSlot = nextSlot + 1 == historyPages ? 0 : nextSlot + 1;
  }

  /** Copies the page of a filled slot to {@code out} and gives its digest to {@code record}. */
  void copy(int slot, ByteBuffer out, int outOffset, BatchDigest record) {
    Slab slab = slabs[slot / SLAB_PAGES];
    if (slot >= filledSlots || slab == null) {
      throw new IllegalStateException("slot " + slot + " of " + filledSlots + " filled ones");
    }
    int within = slot % SLAB_PAGES;
    out.put(outOffset, slab.pages, within * PageSize.BYTES, PageSize.BYTES);
    record.page(slab.digests, within * Sha256.BYTES);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private Slab slabForAdding() {
    int at = nextSlot / SLAB_PAGES;
    Slab slab = slabs[at];
    if (slab == null) {
      int pages = Math.min(SLAB_PAGES, historyPages - at * SLAB_PAGES);
      long slabBytes = (long) pages * PageSize.BYTES;
      slab = new Slab(arena.allocate(slabBytes, PageSize.BYTES).asByteBuffer(), pages);
      slabs[at] = slab;
    }
    return slab;
  }
}
