package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The source's half of the history: the pages that the destination holds, found by content and by
 * their address in the guest, in the ring and in the baseline. Follows the same rule as the
 * destination's half, so that both agree on each slot at each point of the stream.
 *
 * <p>{@link #place} and {@link #close} are one thread's, {@link #writeDeltas} is any worker's. The
 * ring may come round to a base before its delta is written; the worker sees that afterwards and
 * lets the page go whole.
 */
final class SentPages implements AutoCloseable {

  static final long NO_BASE = HistoryPlaces.NONE;

  private final int historyPages;
  private final SeenPages seen;
  private final HistoryPlaces places;
  private final PageRing ring;
  private @Nullable AgreedBaseline baseline;
  private @Nullable AgreedDisk disk;
  private SentImages images = SentImages.NONE;

  /** The owner until {@link #close}, and each worker that reads the ring: the last frees it. */
  private final AtomicInteger holders = new AtomicInteger(1);

  private boolean closed;

  SentPages(int historyPages) {
    this.historyPages = historyPages;
    this.seen = new SeenPages(historyPages);
    this.places = new HistoryPlaces(historyPages);
    this.ring = new PageRing(historyPages);
  }

  /** Before the first {@link #place}; closes it in the end. */
  void use(AgreedBaseline agreed) {
    baseline = agreed;
    places.expect(agreed.pages().index().addresses());
  }

  /** Before the first {@link #place}; closes it in the end. */
  void use(AgreedDisk agreed) {
    disk = agreed;
  }

  /** Before the first {@link #place}, after any baseline; closes them in the end. */
  void use(List<ImageIndex> agreed) {
    images = new SentImages((int) imagesStart(), agreed);
  }

  /** The slot behind all others. */
  long imagesStart() {
    AgreedBaseline agreed = baseline;
    return historyPages + (agreed == null ? 0L : agreed.pages().pages());
  }

  /**
   * Decides on one page that is not zero, in stream order: {@link Batch#slots} and {@link
   * Batch#bases}. Copies what is new, since the batch's memory will be used again.
   */
  void place(Batch batch, int page) {
    int slot = find(batch, page);
    if (slot >= 0) {
      batch.slots[page] = slot;
      if (!images.has(slot)) {
        places.isNewest(batch.pageAddresses[page], places.placeOf(slot));
      }
      return;
    }
    batch.slots[page] = Batch.NEW_PAGE;
    batch.bases[page] = historyPages == 0 ? NO_BASE : base(batch.pageAddresses[page]);
    if (historyPages > 0) {
      add(batch, page);
    }
  }

  private int find(Batch batch, int page) {
    int slot = seen.find(batch.pageDigests, page * Sha256.BYTES);
    if (slot >= 0) {
      return slot;
    }
    AgreedDisk agreedDisk = disk;
    if (agreedDisk != null) {
      return inDisk(agreedDisk, batch, page);
    }
    AgreedBaseline agreed = baseline;
    int inBaseline = agreed == null ? -1 : agreed.find(batch.pageDigests, page * Sha256.BYTES);
    return inBaseline < 0
        ? images.find(batch.pageDigests, page * Sha256.BYTES)
        : historyPages + inBaseline;
  }

  private int inDisk(AgreedDisk agreed, Batch batch, int page) {
    int found = agreed.find(batch.pageAddresses[page], batch.pageDigests, page * Sha256.BYTES);
    return found < 0 ? found : historyPages + found;
  }

  boolean isInBaseline(int slot) {
    return slot >= historyPages && !images.has(slot);
  }

  boolean isInImage(int slot) {
    return images.has(slot);
  }

  /** None from the oldest eighth of the ring: it would be gone before the delta is written. */
  private long base(long pageAddress) {
    long base = places.newest(pageAddress);
    if (base == NO_BASE) {
      return baselineBase(pageAddress);
    }
    boolean isUsable =
        HistoryPlaces.isInBaseline(base)
            ? baselineHolds(HistoryPlaces.baselinePage(base))
            : places.isKeptFor(base, historyPages / 8);
    return isUsable ? base : NO_BASE;
  }

  private long baselineBase(long pageAddress) {
    AgreedBaseline agreed = baseline;
    int page = agreed == null ? -1 : agreed.pages().index().pageAt(pageAddress);
    return page >= 0 && baselineHolds(page) ? HistoryPlaces.ofBaseline(page) : NO_BASE;
  }

  /** A page that is missing here can be referred to by its digest, but no delta is made from it. */
  private boolean baselineHolds(int page) {
    AgreedBaseline agreed = baseline;
    return agreed != null && agreed.isAtPeer(page) && agreed.pages().holds(page);
  }

  private void add(Batch batch, int page) {
    int slot = seen.add(batch.pageDigests, page * Sha256.BYTES);
    places.isNewest(batch.pageAddresses[page], places.next());
    // A worker that sees a byte of the new content must see the new count too (isIntact).
    VarHandle.storeStoreFence();
    ring.put(slot, batch.raw(), batch.pageOffsets[page]);
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
        addPage(batch, page, deltas);
      }
    }
  }

  private void addPage(Batch batch, int page, DeltaWriter deltas) {
    long base = batch.bases[page];
    int slot = places.slotOf(base);
    AgreedBaseline agreed = baseline;
    if (HistoryPlaces.isInBaseline(base) && agreed != null) {
      int basePage = HistoryPlaces.baselinePage(base);
      MemorySegment slab = agreed.pages().segment(basePage);
      deltas.add(batch, page, slot, slab, BaselinePages.offset(basePage));
    } else {
      deltas.add(batch, page, slot, ring.segment(slot), PageRing.offset(slot));
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
    return places.isKept(place);
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
      closeBaseline();
    }
  }

  private void closeBaseline() {
    AgreedBaseline agreed = baseline;
    if (agreed != null) {
      agreed.pages().close();
    }
    AgreedDisk agreedDisk = disk;
    if (agreedDisk != null) {
      agreedDisk.disk().close();
    }
    images.close();
  }

  /**
   * Instead of {@link #close}: what it holds gets a new owner. Null if that is nothing, or workers
   * still read it.
   */
  @Nullable ChannelHistory handOver() {
    boolean isEmpty = (historyPages == 0 && baseline == null) || disk != null;
    if (isEmpty || closed || !holders.compareAndSet(1, 0)) {
      close();
      return null;
    }
    closed = true;
    images.close();
    AgreedBaseline agreed = baseline;
    return new ChannelHistory(
        places, ring, seen::copyDigest, agreed == null ? null : agreed.pages());
  }

  /** Frees what it holds, at once or when the last worker has done with it. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      release();
    }
  }
}
