package io.novacron.dwcp.kernels;

import java.nio.ByteBuffer;

/**
 * The loops over page bytes that are worth a variant for the processor, one call per batch.
 *
 * <p>All variants give equal results and throw the same exceptions: {@link
 * IllegalArgumentException} for a buffer that is not direct, {@link IndexOutOfBoundsException} for
 * bytes outside a buffer. A refused call has touched no output. Buffers are read from their
 * position; positions and limits do not change. Stateless: any thread may call at any time; the
 * buffers belong to the caller.
 */
public interface PageKernels {

  /**
   * Tells which pages hold nothing but zero bytes.
   *
   * @param base direct buffer in which the pages lie
   * @param pages where they lie, counted from the position of {@code base}
   * @param zero {@code zero[i]} becomes 1 if page {@code i} is all zero, else 0; at least {@code
   *     pages.count()} long
   */
  void zeroPages(ByteBuffer base, PageSpans pages, byte[] zero);

  /**
   * Writes {@code old ^ current} to {@code dst}.
   *
   * @param dst may be {@code old} or {@code current} itself; must not overlap them in another way
   * @param lengthBytes any length that remains in all three, aligned or not
   */
  void xor(ByteBuffer old, ByteBuffer current, ByteBuffer dst, int lengthBytes);

  /** What runs, for the one line that the daemon logs: "java", "native avx2" or "native scalar". */
  String variant();
}
