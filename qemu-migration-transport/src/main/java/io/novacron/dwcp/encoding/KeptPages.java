package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The destination's half of the history: the ring of pages that references and deltas name, with
 * the digest of each, and the baseline, whose pages have the slots behind the ring. Used after
 * {@link #close()} it throws, it does not crash. One thread at a time.
 */
final class KeptPages implements AutoCloseable {

  /** 4 MiB of history: the digests of so many slots are one array. */
  private static final int PIECE_SLOTS = 1024;

  private final int historyPages;
  private final PageRing ring;

  /** 32 bytes a slot, taken as the ring fills: 8 MiB for 1 GiB of history. */
  private final byte[] @Nullable [] digests;

  private final HistoryPlaces places;
  private @Nullable BaselinePages baseline;
  private HeldFiles files = HeldFiles.NONE;
  private int nextSlot;
  private int filledSlots;
  private boolean closed;

  KeptPages(int historyPages) {
    this.ring = new PageRing(historyPages);
    this.historyPages = historyPages;
    this.places = new HistoryPlaces(historyPages);
    this.digests = new byte[(int) Math.ceilDiv((long) historyPages, PIECE_SLOTS)] @Nullable [];
  }

  /** Before the first page; closes it in the end. */
  void use(BaselinePages agreed) {
    baseline = agreed;
    places.expect(agreed.index().addresses());
  }

  /** Before the first page; closes it in the end. Its pages are read by the worker step. */
  void use(DiskBaseline agreed) {
    files = HeldFiles.ofDisk(historyPages, agreed);
  }

  /** Before the first page, after any baseline of memory; closes them in the end, as a disk's. */
  void use(List<ImageIndex> images) {
    files = HeldFiles.ofImages((int) imagesStart(), images);
  }

  /** The slot behind all others. */
  long imagesStart() {
    BaselinePages agreed = baseline;
    return historyPages + (agreed == null ? 0L : agreed.pages());
  }

  HeldFiles files() {
    return files;
  }

  int historyPages() {
    return historyPages;
  }

  HistoryPlaces places() {
    return places;
  }

  boolean hasRing() {
    return historyPages > 0;
  }

  boolean isInBaseline(int slot) {
    return slot >= historyPages;
  }

  boolean isFilled(int slot) {
    if (slot < historyPages) {
      return slot < filledSlots;
    }
    return baseline != null && baseline.holds(slot - historyPages);
  }

  int filledSlots() {
    return filledSlots;
  }

  /** Where the next page goes. */
  int nextSlot() {
    return nextSlot;
  }

  /** Puts a page into the next slot. Absolute offsets; positions do not move. */
  void add(ByteBuffer page, int pageOffset, byte[] digest, int digestOffset) {
    if (historyPages > 0) {
      put(reserve(), page, pageOffset, digest, digestOffset);
    }
  }

  /** Takes the next slot for a page that {@link #put} brings before anybody asks for it. */
  int reserve() {
    int slot = nextSlot;
    places.next();
    filledSlots = Math.max(filledSlots, slot + 1);
    nextSlot = slot + 1 == historyPages ? 0 : slot + 1;
    return slot;
  }

  /** Puts a page into a slot that was reserved. Absolute offsets; positions do not move. */
  void put(int slot, ByteBuffer page, int pageOffset, byte[] digest, int digestOffset) {
    ring.put(slot, page, pageOffset);
    byte[] piece = digests[slot / PIECE_SLOTS];
    if (piece == null) {
      piece = new byte[Math.min(PIECE_SLOTS, historyPages) * Sha256.BYTES];
      digests[slot / PIECE_SLOTS] = piece;
    }
    System.arraycopy(digest, digestOffset, piece, digestOffset(slot), Sha256.BYTES);
  }

  /** Copies the page of a filled slot to {@code out} and gives its digest to {@code record}. */
  void copy(int slot, ByteBuffer out, int outOffset, BatchDigest record) {
    copy(slot, out, outOffset);
    BaselinePages agreed = baseline;
    if (slot >= historyPages && agreed != null) {
      agreed.index().record(slot - historyPages, record);
    } else {
      record.page(digestsOf(slot), digestOffset(slot));
    }
  }

  private byte[] digestsOf(int slot) {
    byte[] piece = digests[slot / PIECE_SLOTS];
    if (piece == null) {
      throw new IllegalStateException("slot " + slot + " is filled without a digest");
    }
    return piece;
  }

  /** Copies the page of a filled slot to {@code out}. */
  void copy(int slot, ByteBuffer out, int outOffset) {
    if (!isFilled(slot)) {
      throw new IllegalStateException("slot " + slot + " of " + filledSlots + " filled ones");
    }
    BaselinePages agreed = baseline;
    if (slot >= historyPages && agreed != null) {
      int page = slot - historyPages;
      out.put(outOffset, agreed.slab(page), BaselinePages.offset(page), PageSize.BYTES);
    } else {
      out.put(outOffset, ring.slab(slot), PageRing.offset(slot), PageSize.BYTES);
    }
  }

  private static int digestOffset(int slot) {
    return slot % PIECE_SLOTS * Sha256.BYTES;
  }

  /** Instead of {@link #close}: what it holds gets a new owner. Null after it. */
  @Nullable ChannelHistory handOver() {
    if (closed) {
      return null;
    }
    closed = true;
    files.close();
    return new ChannelHistory(
        places,
        ring,
        (slot, out, offset) ->
            System.arraycopy(digestsOf(slot), digestOffset(slot), out, offset, Sha256.BYTES),
        baseline);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      ring.close();
      BaselinePages agreed = baseline;
      if (agreed != null) {
        agreed.close();
      }
      files.close();
    }
  }
}
