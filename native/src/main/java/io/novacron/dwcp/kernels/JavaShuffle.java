package io.novacron.dwcp.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/** The twin of {@code src/shuffle.c}, where it is described. One thread at a time. */
final class JavaShuffle {
  private static final int PAGE_BYTES = PageKernels.DELTA_PAGE_BYTES;
  private static final int WORDS = PAGE_BYTES / Integer.BYTES;
  private static final int TABLE_BITS = 12;
  private static final int NEVER_SEEN = -1;
  private static final int LEAST_GAIN_BYTES = 256;
  private static final int WIDER_GAIN_BYTES = 64;

  /** 2^32 / golden ratio. */
  private static final int SPREAD = 0x9e3779b1;

  private final ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final int[] newest = new int[1 << TABLE_BITS];

  /** Throws unless so many pages lie in the buffer and each has a width of 0, 4 or 8. */
  static void check(ByteBuffer pages, int count, byte[] widths) {
    PageSpans.checkDirect(pages);
    Objects.checkFromIndexSize(0, count, widths.length);
    Objects.checkFromIndexSize(0L, (long) count * PAGE_BYTES, pages.remaining());
    for (int i = 0; i < count; i++) {
      if (widths[i] != 0 && widths[i] != 4 && widths[i] != 8) {
        throw new IllegalArgumentException(
            "width %d of page %d, expected 0, 4 or 8".formatted(widths[i], i));
      }
    }
  }

  /** Of the page at an absolute offset. */
  byte width(ByteBuffer base, int offset) {
    page.put(0, base, offset, PAGE_BYTES);
    int likeEightBefore = bytesLike(8);
    if (likeEightBefore <= 4 * wordsLikeTheirNeighbour() + LEAST_GAIN_BYTES
        || likeEightBefore <= 4 * repeatedWords() + LEAST_GAIN_BYTES) {
      return 0;
    }
    return (byte) (likeEightBefore < bytesLike(4) + WIDER_GAIN_BYTES ? 4 : 8);
  }

  private int bytesLike(int distance) {
    int like = 0;
    for (int i = distance; i < PAGE_BYTES; i++) {
      like += page.get(i) == page.get(i - distance) ? 1 : 0;
    }
    return like;
  }

  private int word(int index) {
    return page.getInt(index * Integer.BYTES);
  }

  private int wordsLikeTheirNeighbour() {
    int like = 0;
    for (int i = 1; i < WORDS; i++) {
      like += word(i) == word(i - 1) ? 1 : 0;
    }
    return like;
  }

  private int repeatedWords() {
    Arrays.fill(newest, NEVER_SEEN);
    int repeated = 0;
    for (int i = 0; i < WORDS; i++) {
      int place = (word(i) * SPREAD) >>> (Integer.SIZE - TABLE_BITS);
      repeated += newest[place] != NEVER_SEEN && word(newest[place]) == word(i) ? 1 : 0;
      newest[place] = i;
    }
    return repeated;
  }

  /** In place, at an absolute offset. */
  void shuffle(ByteBuffer pages, int offset, int width) {
    page.put(0, pages, offset, PAGE_BYTES);
    int to = offset;
    for (int plane = 0; plane < width; plane++) {
      for (int i = plane; i < PAGE_BYTES; i += width) {
        pages.put(to++, page.get(i));
      }
    }
  }

  /** The inverse of {@link #shuffle}. */
  void unshuffle(ByteBuffer pages, int offset, int width) {
    page.put(0, pages, offset, PAGE_BYTES);
    int from = 0;
    for (int plane = 0; plane < width; plane++) {
      for (int i = plane; i < PAGE_BYTES; i += width) {
        pages.put(offset + i, page.get(from++));
      }
    }
  }
}
