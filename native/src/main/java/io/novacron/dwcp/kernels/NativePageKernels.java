package io.novacron.dwcp.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The kernels of libdwcp. The library picks a variant of each itself when it is loaded. */
public final class NativePageKernels implements PageKernels {

  private final String variant;

  private NativePageKernels(String variant) {
    this.variant = variant;
  }

  /**
   * Loads the library.
   *
   * @throws UnsatisfiedLinkError if it cannot be loaded or is of another version than this class;
   *     the message says which. Nothing is left loaded that a later attempt would trip over.
   */
  public static NativePageKernels load() {
    Libdwcp.register();
    int abi = Libdwcp.dwcp_kernels_abi();
    if (abi != Libdwcp.ABI) {
      throw new UnsatisfiedLinkError("libdwcp has ABI " + abi + ", expected " + Libdwcp.ABI);
    }
    return new NativePageKernels("native " + Libdwcp.dwcp_kernels_variant());
  }

  @Override
  public void zeroPages(ByteBuffer base, PageSpans pages, byte[] zero) {
    pages.checkAgainst(base, zero);
    int count = pages.count();
    try {
      long start = address(base);
      check(
          Libdwcp.dwcp_zero_pages(
              start, base.remaining(), pages.offsetsBytes(), count, pages.pageBytes(), zero));
    } finally {
      Reference.reachabilityFence(base);
    }
  }

  @Override
  public void digestPages(ByteBuffer base, PageSpans pages, byte[] digests) {
    pages.checkDigests(base, digests);
    digest(base, pages, null, digests);
  }

  @Override
  public void digestNonZeroPages(ByteBuffer base, PageSpans pages, byte[] zero, byte[] digests) {
    pages.checkDigests(base, digests);
    pages.checkAgainst(base, zero);
    digest(base, pages, zero, digests);
  }

  private static void digest(
      ByteBuffer base, PageSpans pages, byte @Nullable [] zero, byte[] digests) {
    try {
      check(
          Libdwcp.dwcp_digest_pages(
              address(base),
              base.remaining(),
              pages.offsetsBytes(),
              pages.count(),
              pages.pageBytes(),
              zero,
              digests));
    } finally {
      Reference.reachabilityFence(base);
    }
  }

  @Override
  public void sha256(ByteBuffer base, ByteRanges ranges, byte[] digest) {
    ranges.checkWithin(base);
    Objects.checkFromIndexSize(0, DIGEST_BYTES, digest.length);
    int[] offsets = ranges.offsetsBytes();
    int[] lengths = ranges.lengthsBytes();
    try {
      check(
          Libdwcp.dwcp_sha256(
              address(base), base.remaining(), offsets, lengths, ranges.count(), digest));
    } finally {
      Reference.reachabilityFence(base);
    }
  }

  @Override
  public void writeDeltas(
      ByteBuffer current, DeltaPages pages, ByteBuffer runs, ByteBuffer changes) {
    pages.checkWithin(current, runs, changes);
    try {
      check(
          Libdwcp.dwcp_write_deltas(
              address(current),
              current.remaining(),
              pages.offsetsBytes,
              pages.baseAddresses,
              pages.count(),
              pages.mostBytes,
              address(runs),
              address(changes),
              Math.min(runs.remaining(), changes.remaining()),
              pages.runsBytes,
              pages.changesBytes));
    } finally {
      Reference.reachabilityFence(current);
      Reference.reachabilityFence(pages);
      Reference.reachabilityFence(runs);
      Reference.reachabilityFence(changes);
    }
  }

  /** What is wrong, Java finds out once more: it happens once in a session's life. */
  @Override
  public @Nullable String measureDeltas(
      ByteBuffer runs, int count, int[] runsBytes, int[] changesBytes) {
    DeltaPages.checkLengths(runs, count, runsBytes, changesBytes);
    try {
      int status =
          Libdwcp.dwcp_measure_deltas(
              address(runs), runs.remaining(), count, runsBytes, changesBytes);
      if (status == Libdwcp.BAD_RUNS) {
        return fault(runs, count, runsBytes, changesBytes);
      }
      check(status);
      return null;
    } finally {
      Reference.reachabilityFence(runs);
    }
  }

  private static String fault(ByteBuffer runs, int count, int[] runsBytes, int[] changesBytes) {
    String fault = JavaDeltas.fault(runs, count, runsBytes, changesBytes);
    return fault == null ? "libdwcp refuses the runs of the deltas" : fault;
  }

  @Override
  public void applyDeltas(ByteBuffer pages, int count, ByteBuffer runs, ByteBuffer changes) {
    DeltaPages.checkApply(pages, count, runs, changes);
    try {
      int status =
          Libdwcp.dwcp_apply_deltas(
              address(pages),
              pages.remaining(),
              count,
              address(runs),
              runs.remaining(),
              address(changes),
              changes.remaining());
      if (status == Libdwcp.BAD_RUNS) {
        throw new IllegalArgumentException("unsound runs, or fewer changes than they stand for");
      }
      check(status);
    } finally {
      Reference.reachabilityFence(pages);
      Reference.reachabilityFence(runs);
      Reference.reachabilityFence(changes);
    }
  }

  @Override
  public void hashPages(ByteBuffer base, PageSpans pages, long[] hashes) {
    pages.checkHashes(base, hashes, 1);
    int[] offsets = pages.offsetsBytes();
    try {
      check(
          Libdwcp.dwcp_hash_pages(
              address(base), base.remaining(), offsets, pages.count(), pages.pageBytes(), hashes));
    } finally {
      Reference.reachabilityFence(base);
    }
  }

  @Override
  public void hashWindows(ByteBuffer base, PageSpans pages, long[] hashes) {
    pages.checkHashes(base, hashes, HASH_WINDOWS);
    int[] offsets = pages.offsetsBytes();
    try {
      check(
          Libdwcp.dwcp_hash_windows(
              address(base), base.remaining(), offsets, pages.count(), pages.pageBytes(), hashes));
    } finally {
      Reference.reachabilityFence(base);
    }
  }

  @Override
  public void shuffleWidths(ByteBuffer base, PageSpans pages, byte[] widths) {
    pages.checkWidths(base, widths);
    int[] offsets = pages.offsetsBytes();
    try {
      check(
          Libdwcp.dwcp_shuffle_widths(
              address(base), base.remaining(), offsets, pages.count(), widths));
    } finally {
      Reference.reachabilityFence(base);
    }
  }

  @Override
  public void shufflePages(ByteBuffer pages, int count, byte[] widths) {
    JavaShuffle.check(pages, count, widths);
    try {
      check(Libdwcp.dwcp_shuffle_pages(address(pages), pages.remaining(), count, widths));
    } finally {
      Reference.reachabilityFence(pages);
    }
  }

  @Override
  public void unshufflePages(ByteBuffer pages, int count, byte[] widths) {
    JavaShuffle.check(pages, count, widths);
    try {
      check(Libdwcp.dwcp_unshuffle_pages(address(pages), pages.remaining(), count, widths));
    } finally {
      Reference.reachabilityFence(pages);
    }
  }

  @Override
  public void xor(ByteBuffer old, ByteBuffer current, ByteBuffer dst, int lengthBytes) {
    PageSpans.checkXor(old, current, dst, lengthBytes);
    try {
      check(Libdwcp.dwcp_xor_bytes(address(old), address(current), address(dst), lengthBytes));
    } finally {
      Reference.reachabilityFence(old);
      Reference.reachabilityFence(current);
      Reference.reachabilityFence(dst);
    }
  }

  @Override
  public String variant() {
    return variant;
  }

  /** Address of the byte at the buffer's position; valid while the buffer is reachable. */
  private static long address(ByteBuffer direct) {
    return MemorySegment.ofBuffer(direct).address();
  }

  private static void check(int status) {
    if (status != Libdwcp.OK) {
      throw new IllegalStateException(
          "libdwcp refused with status " + status + " what the Java side had checked");
    }
  }
}
