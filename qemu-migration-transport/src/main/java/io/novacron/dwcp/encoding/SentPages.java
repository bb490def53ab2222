package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The source's half of the history: the pages that the destination holds, found by content and by
 * their address in the guest. Follows the same rule as the destination's ring, so that both agree
 * on each slot at each point of the stream.
 *
 * <p>{@link #place} and {@link #close} are one thread's, {@link #writeDeltas} is any worker's. The
 * ring may come round to a base before its delta is written; the worker sees that afterwards and
 * lets the page go whole.
 */
final class SentPages implements AutoCloseable {

  static final long NO_BASE = NewestVersions.UNKNOWN;

  private final int historyPages;
  private final SeenPages seen;
  private final NewestVersions newest;
  private final PageRing ring;

  /** Pages that entered the ring. The place of a page is what this was before; its slot follows. */
  private volatile long added;

  /** The owner until {@link #close}, and each worker that reads the ring: the last frees it. */
  private final AtomicInteger holders = new AtomicInteger(1);

  private boolean closed;

  SentPages(int historyPages) {
    this.historyPages = historyPages;
    this.seen = new SeenPages(historyPages);
    this.newest = new NewestVersions(historyPages);
    this.ring = new PageRing(historyPages);
  }

  /**
   * Decides on one page that is not zero, in stream order: {@link Batch#slots} and {@link
   * Batch#bases}. Copies what is new, since the batch's memory will be used again.
   */
  void place(Batch batch, int page) {
    int slot = seen.find(batch.pageDigests, page * Sha256.BYTES);
    if (slot >= 0) {
      batch.slots[page] = slot;
      newest.put(batch.pageAddresses[page], placeOf(slot));
      return;
    }
    batch.slots[page] = Batch.NEW_PAGE;
    batch.bases[page] = historyPages == 0 ? NO_BASE : base(batch.pageAddresses[page]);
    if (historyPages > 0) {
      add(batch, page);
    }
  }

  /** None from the oldest eighth of the ring: it would be gone before the delta is written. */
  private long base(long pageAddress) {
    long base = newest.find(pageAddress);
    return base != NO_BASE && added - base <= historyPages - historyPages / 8 ? base : NO_BASE;
  }

  private void add(Batch batch, int page) {
    long place = added;
    int slot = seen.add(batch.pageDigests, page * Sha256.BYTES);
    newest.put(batch.pageAddresses[page], place);
    added = place + 1;
    // A worker that sees a byte of the new content must see the new count too (isIntact).
    VarHandle.storeStoreFence();
    ring.put(slot, batch.raw(), batch.pageOffsets[page]);
  }

  private long placeOf(int slot) {
    int next = (int) (added % historyPages);
    int age = slot < next ? next - slot : next - slot + historyPages;
    return added - age;
  }

  /**
   * Writes the deltas of a batch whose every page was placed. After {@link #close} it writes none.
   *
   * @return pages of the batch that are deltas
   */
  int writeDeltas(Batch batch, DeltaWriter deltas, PageKernels kernels) {
    deltas.clear();
    if (!hasBases(batch) || !hold()) {
      return 0;
    }
    try {
      addPages(batch, deltas);
      deltas.write(kernels, batch);
      return keepIntact(batch, deltas);
    } finally {
      release();
    }
  }

  private void addPages(Batch batch, DeltaWriter deltas) {
    for (int page = 0; page < batch.pageCount(); page++) {
      if (batch.slots[page] == Batch.NEW_PAGE && batch.bases[page] != NO_BASE) {
        int slot = (int) (batch.bases[page] % historyPages);
        deltas.add(batch, page, slot, ring.segment(slot), PageRing.offset(slot));
      }
    }
  }

  private int keepIntact(Batch batch, DeltaWriter deltas) {
    int written = 0;
    for (int i = 0; i < deltas.count(); i++) {
      int page = deltas.batchPage(i);
      if (!isIntact(batch.bases[page])) {
        deltas.drop(i);
      }
      written += deltas.isDelta(page) ? 1 : 0;
    }
    return written;
  }

  /** Whether all that was read from the slot of {@code place} so far was its content. */
  private boolean isIntact(long place) {
    VarHandle.loadLoadFence();
    return added <= place + historyPages;
  }

  private static boolean hasBases(Batch batch) {
    for (int page = 0; page < batch.pageCount(); page++) {
      if (batch.slots[page] == Batch.NEW_PAGE && batch.bases[page] != NO_BASE) {
        return true;
      }
    }
    return false;
  }

  /** False once the ring is or is about to be freed. */
  private boolean hold() {
    int seenHolders = holders.get();
    while (seenHolders > 0 && !holders.compareAndSet(seenHolders, seenHolders + 1)) {
      seenHolders = holders.get();
    }
    return seenHolders > 0;
  }

  private void release() {
    if (holders.decrementAndGet() == 0) {
      ring.close();
    }
  }

  /** Frees the ring, at once or when the last worker has done with it. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      release();
    }
  }
}
