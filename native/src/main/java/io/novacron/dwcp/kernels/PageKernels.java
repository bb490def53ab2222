package io.novacron.dwcp.kernels;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

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

  /** Of one SHA-256. */
  int DIGEST_BYTES = 32;

  /** Hashes of a page that {@link #hashWindows} gives. */
  int HASH_WINDOWS = 4;

  /** Of a page that has a delta. */
  int DELTA_PAGE_BYTES = 4096;

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

  /**
   * SHA-256 of every page.
   *
   * @param base direct buffer in which the pages lie
   * @param pages where they lie, counted from the position of {@code base}
   * @param digests gets the digest of page {@code i} from byte {@code 32 * i} on
   */
  void digestPages(ByteBuffer base, PageSpans pages, byte[] digests);

  /**
   * {@link #zeroPages}, and SHA-256 of the pages that are not zero.
   *
   * @param digests as of {@link #digestPages}; that of a zero page is not touched
   */
  void digestNonZeroPages(ByteBuffer base, PageSpans pages, byte[] zero, byte[] digests);

  /**
   * SHA-256 of ranges of {@code base}, one behind the other.
   *
   * @param base direct buffer in which the ranges lie, counted from its position
   * @param digest gets 32 bytes from byte 0 on
   */
  void sha256(ByteBuffer base, ByteRanges ranges, byte[] digest);

  /**
   * Writes deltas, one behind the other: the runs of a page say where it differs from its older
   * version, the changes are {@code old ^ current} of those bytes (PROTOCOL.md, "Batch payload").
   * Reads each byte of an older version once; if one is replaced meanwhile, what was written of
   * that page is of no use, and its lengths still hold.
   *
   * @param current direct buffer in which the pages lie, counted from its position
   * @param pages gets the lengths
   * @param runs direct, written from its position on; room for the most of all pages
   * @param changes as {@code runs}
   */
  void writeDeltas(ByteBuffer current, DeltaPages pages, ByteBuffer runs, ByteBuffer changes);

  /**
   * Finds out where the runs of each page end and how many changes they stand for. The runs may
   * come from anywhere.
   *
   * @param runs direct, read from its position on; bytes left over are no error
   * @param runsBytes gets a length for each of {@code count} pages
   * @param changesBytes gets how many bytes of changes they stand for
   * @return null, or what is wrong with the runs; then the arrays are undefined
   */
  @Nullable String measureDeltas(ByteBuffer runs, int count, int[] runsBytes, int[] changesBytes);

  /**
   * Turns older versions into what they became: the inverse of {@link #writeDeltas}.
   *
   * @param pages direct; {@code count} pages of 4096 bytes from its position on
   * @param runs direct, read from its position on, as are the {@code changes}; neither may overlap
   *     the pages
   * @throws IllegalArgumentException for runs that {@link #measureDeltas} refuses, or that stand
   *     for more changes than there are
   */
  void applyDeltas(ByteBuffer pages, int count, ByteBuffer runs, ByteBuffer changes);

  /**
   * A 64-bit hash of each page, to find pages that may be equal: who finds one must compare. Fast,
   * and no match for whoever chooses the bytes. How it is made stands in {@code src/hash.h}.
   *
   * @param pages of a multiple of 512 bytes, else {@link IllegalArgumentException}
   * @param hashes gets one for each page
   */
  void hashPages(ByteBuffer base, PageSpans pages, long[] hashes);

  /**
   * The same of the 64 bytes in the middle of each quarter of a page, to find pages that may be
   * similar.
   *
   * @param hashes gets {@link #HASH_WINDOWS} for each page
   */
  void hashWindows(ByteBuffer base, PageSpans pages, long[] hashes);

  /**
   * Finds the pages that compress better when their bytes are sorted by their place in words, as
   * tables do whose words are all different while some of their bytes stay.
   *
   * @param pages of 4096 bytes, else {@link IllegalArgumentException}
   * @param widths gets 4 or 8 for a page that is to be shuffled by words of so many bytes, else 0;
   *     the same for equal pages
   */
  void shuffleWidths(ByteBuffer base, PageSpans pages, byte[] widths);

  /**
   * Sorts pages of 4096 bytes that lie one behind the other: the lowest bytes of all words first,
   * then the next of all, and so on (the shuffle filter of HDF5 and Blosc).
   *
   * @param pages direct; {@code count} pages from its position on
   * @param widths of the words of each page: 4 or 8; 0 leaves it as it is; another one is an {@link
   *     IllegalArgumentException}
   */
  void shufflePages(ByteBuffer pages, int count, byte[] widths);

  /** The inverse of {@link #shufflePages}. */
  void unshufflePages(ByteBuffer pages, int count, byte[] widths);

  /**
   * What runs, for the one line that the daemon logs: "java", or "native" and the variant of each
   * kernel, as in "native zero=avx2 xor=avx2 sha256=avx512x16 delta=avx512 hash=avx512
   * shuffle=avx2".
   */
  String variant();
}
