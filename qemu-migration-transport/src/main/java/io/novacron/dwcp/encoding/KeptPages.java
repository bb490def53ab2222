package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The destination's half of the history: the ring of pages that references and deltas name, with
 * the digest of each. Used after {@link #close()} it throws, it does not crash. One thread at a
 * time.
 */
final class KeptPages implements AutoCloseable {

  /** 4 MiB of history: the digests of so many slots are one array. */
  private static final int PIECE_SLOTS = 1024;

  private final int historyPages;
  private final PageRing ring;

  /** 32 bytes a slot, taken as the ring fills: 8 MiB for 1 GiB of history. */
  private final byte[] @Nullable [] digests;

  private int nextSlot;
  private int filledSlots;

  KeptPages(int historyPages) {
    this.ring = new PageRing(historyPages);
    this.historyPages = historyPages;
    this.digests = new byte[(int) Math.ceilDiv((long) historyPages, PIECE_SLOTS)] @Nullable [];
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
    byte[] piece = digests[slot / PIECE_SLOTS];
    if (piece == null) {
      throw new IllegalStateException("slot " + slot + " is filled without a digest");
    }
    record.page(piece, digestOffset(slot));
  }

  /** Copies the page of a filled slot to {@code out}. */
  void copy(int slot, ByteBuffer out, int outOffset) {
    if (slot >= filledSlots) {
      throw new IllegalStateException("slot " + slot + " of " + filledSlots + " filled ones");
    }
    out.put(outOffset, ring.slab(slot), PageRing.offset(slot), PageSize.BYTES);
  }

  private static int digestOffset(int slot) {
    return slot % PIECE_SLOTS * Sha256.BYTES;
  }

  @Override
  public void close() {
    ring.close();
  }
}
