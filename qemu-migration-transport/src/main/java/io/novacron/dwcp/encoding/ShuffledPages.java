package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Which new pages of an unpacked batch arrived shuffled. Reusable, one thread at a time. */
final class ShuffledPages {
  private final byte[] widths = new byte[BatchFormat.MAX_PAGES];
  private int count;
  private boolean isAny;

  void clear() {
    count = 0;
    isAny = false;
  }

  /**
   * The next new pages, as a token tells of them.
   *
   * @param kind one of those of new pages
   * @throws CorruptBatchException if there are more than a batch may have
   */
  void add(int kind, int pages) throws CorruptBatchException {
    if (pages > widths.length - count) {
      throw new CorruptBatchException("more than " + widths.length + " new pages");
    }
    byte width = BatchFormat.widthOfKind(kind);
    Arrays.fill(widths, count, count + pages, width);
    count += pages;
    isAny |= width != 0;
  }

  boolean isAny() {
    return isAny;
  }

  /**
   * Turns them back where they lie.
   *
   * @param bytes all new pages from its position on
   */
  void turnBack(PageKernels kernels, ByteBuffer bytes) {
    if (isAny) {
      kernels.unshufflePages(bytes, count, widths);
    }
  }
}
