package io.novacron.dwcp.kernels;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The first {@code count} pages of {@code pageBytes} each, at {@code offsetsBytes} in a buffer.
 *
 * @param offsetsBytes any alignment; may be longer than {@code count}, so that it can be reused;
 *     not copied, belongs to the caller
 */
@SuppressWarnings(
    "ArrayRecordComponent") // A view for one call on the data path: a copy per batch buys nothing.
public record PageSpans(int[] offsetsBytes, int count, int pageBytes) {

  /** So that four windows of 64 bytes lie in the middles of quarters. */
  private static final int HASHED_BYTES = 512;

  public PageSpans {
    Objects.checkFromIndexSize(0, count, offsetsBytes.length);
    if (pageBytes < 1) {
      throw new IllegalArgumentException("page of " + pageBytes + " B, expected at least 1 B");
    }
  }

  /** Throws unless every page lies in what remains of {@code base} and {@code zero} has room. */
  void checkAgainst(ByteBuffer base, byte[] zero) {
    Objects.checkFromIndexSize(0, count, zero.length);
    checkWithin(base);
  }

  /** Throws unless every page lies in {@code base} and {@code digests} has room for all. */
  void checkDigests(ByteBuffer base, byte[] digests) {
    Objects.checkFromIndexSize(0, count * PageKernels.DIGEST_BYTES, digests.length);
    checkWithin(base);
  }

  /** Throws unless every page lies in {@code base} and can be hashed, with room for that. */
  void checkHashes(ByteBuffer base, long[] hashes, int hashesPerPage) {
    Objects.checkFromIndexSize(0, count * hashesPerPage, hashes.length);
    checkWithin(base);
    if (pageBytes % HASHED_BYTES != 0) {
      throw new IllegalArgumentException(
          "page of %d B, expected a multiple of %d B".formatted(pageBytes, HASHED_BYTES));
    }
  }

  /** Throws unless every page lies in {@code base}, has 4096 bytes, and there is a width for it. */
  void checkWidths(ByteBuffer base, byte[] widths) {
    checkAgainst(base, widths);
    if (pageBytes != PageKernels.DELTA_PAGE_BYTES) {
      throw new IllegalArgumentException(
          "page of %d B, expected %d B".formatted(pageBytes, PageKernels.DELTA_PAGE_BYTES));
    }
  }

  private void checkWithin(ByteBuffer base) {
    PageSpans.checkDirect(base);
    int remainingBytes = base.remaining();
    for (int i = 0; i < count; i++) {
      Objects.checkFromIndexSize(offsetsBytes[i], pageBytes, remainingBytes);
    }
  }

  static void checkDirect(ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException("heap buffer, expected a direct one: " + buffer);
    }
  }

  static void checkXor(ByteBuffer old, ByteBuffer current, ByteBuffer dst, int lengthBytes) {
    checkDirect(old);
    checkDirect(current);
    checkDirect(dst);
    Objects.checkFromIndexSize(0, lengthBytes, old.remaining());
    Objects.checkFromIndexSize(0, lengthBytes, current.remaining());
    Objects.checkFromIndexSize(0, lengthBytes, dst.remaining());
  }
}
