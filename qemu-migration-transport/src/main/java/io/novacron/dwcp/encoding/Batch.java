package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;

/**
 * The raw bytes of one batch, where pages lie in it, and what the encoding steps found out about
 * them. Direct memory of a fixed size, reused through a {@link BatchPool}; one owner at a time, who
 * passes it on with a happens-before edge (a queue, an executor).
 */
public final class Batch {

  /** The most that one batch holds: 256 KiB. */
  public static final int RAW_BYTES = BatchFormat.RAW_BYTES;

  /** In {@link #slots}: the content is new, and travels whole or as a delta. */
  static final int NEW_PAGE = -1;

  /** In {@link #slots}: the page is all zero. */
  static final int ZERO_PAGE = -2;

  private final ByteBuffer raw = ByteBuffer.allocateDirect(RAW_BYTES);
  private int pageCount;
  private boolean isRelayed;

  /** Ascending, no two pages overlap. */
  final int[] pageOffsets = new int[BatchFormat.MAX_PAGES];

  /** Which page of the guest each is, see {@link io.novacron.dwcp.page.PageSink}. */
  final long[] pageAddresses = new long[BatchFormat.MAX_PAGES];

  /** Filled by {@link SourceEncoder#digest}: 1 for an all-zero page. */
  final byte[] zero = new byte[BatchFormat.MAX_PAGES];

  /**
   * Filled by {@link SourceEncoder#digest}, 32 bytes each; undefined for zero pages. Of a relayed
   * batch those of its blocks.
   */
  final byte[] pageDigests = new byte[BatchFormat.MAX_PAGES * Sha256.BYTES];

  /** Filled by {@link SourceEncoder#digest}. */
  final byte[] digest = new byte[Sha256.BYTES];

  /** Filled by {@link SourceEncoder#reference}: a slot of the history, or one of the constants. */
  final int[] slots = new int[BatchFormat.MAX_PAGES];

  /**
   * Filled by {@link SourceEncoder#reference}, defined for new pages: place in the history of the
   * version that the page may be a delta against, or {@link SentPages#NO_BASE}.
   */
  final long[] bases = new long[BatchFormat.MAX_PAGES];

  Batch() {}

  /** The raw bytes from 0 to {@link #rawBytes()}, which is the position. Not to be changed. */
  public ByteBuffer raw() {
    return raw;
  }

  public int rawBytes() {
    return raw.position();
  }

  /** After {@link SourceEncoder#reference}: literal bytes and new pages, before any delta. */
  public int newBytes() {
    int known = 0;
    for (int i = 0; i < pageCount; i++) {
      known += slots[i] == NEW_PAGE ? 0 : 1;
    }
    return rawBytes() - known * PageSize.BYTES;
  }

  /** Whole pages found in it. */
  public int pageCount() {
    return pageCount;
  }

  /**
   * Has its pages travel as literal bytes: none is looked at, none comes into the history.
   *
   * @param inBlocks whether as the kind of bytes that is digested in blocks
   */
  void relay(boolean inBlocks) {
    pageCount = 0;
    isRelayed = inBlocks;
  }

  boolean isRelayed() {
    return isRelayed;
  }

  boolean isFull() {
    return !raw.hasRemaining();
  }

  void clear() {
    raw.clear();
    pageCount = 0;
    isRelayed = false;
  }

  void addPage(int offset, long pageAddress) {
    pageAddresses[pageCount] = pageAddress;
    pageOffsets[pageCount] = offset;
    pageCount++;
  }

  /** End of the last page, 0 without one: what lies behind it is literal. */
  int pagesEnd() {
    return pageCount == 0 ? 0 : pageOffsets[pageCount - 1] + PageSize.BYTES;
  }

  /** Literal bytes before page {@code index}, or behind the last one for {@link #pageCount()}. */
  int gapBefore(int index) {
    int end = index == pageCount ? rawBytes() : pageOffsets[index];
    return end - gapStart(index);
  }

  int gapStart(int index) {
    return index == 0 ? 0 : pageOffsets[index - 1] + PageSize.BYTES;
  }
}
