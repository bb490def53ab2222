package io.novacron.dwcp.kernels;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import org.jspecify.annotations.Nullable;

/**
 * Raw functions of libdwcp, names and statuses as in {@code include/dwcp_kernels.h}. JNA direct
 * mapping; addresses travel as {@code long}, so that a buffer's position counts and nothing is
 * copied.
 */
final class Libdwcp {

  static final int ABI = 6;
  static final int OK = 0;
  static final int BAD_RUNS = 2;

  private Libdwcp() {}

  /**
   * Looks in jna.library.path, the system's library path, and {@code linux-ARCH/libdwcp.so} on the
   * class path, in that order. Not a static initialiser, so that the cause of a failure reaches the
   * caller each time.
   *
   * @throws UnsatisfiedLinkError if there is no library, it cannot be loaded, or a symbol is
   *     missing
   */
  static void register() {
    Native.register(
        Libdwcp.class, NativeLibrary.getInstance("dwcp", Libdwcp.class.getClassLoader()));
  }

  static native int dwcp_kernels_abi();

  static native String dwcp_kernels_variant();

  /** {@code offsets} and {@code zero} are a few hundred bytes: JNA copies them, once per batch. */
  static native int dwcp_zero_pages(
      long base, long baseBytes, int[] offsets, int count, int pageBytes, byte[] zero);

  /** A null {@code zero}: every page is digested. All arrays are copied, 2.4 KiB a batch. */
  static native int dwcp_digest_pages(
      long base,
      long baseBytes,
      int[] offsets,
      int count,
      int pageBytes,
      byte @Nullable [] zero,
      byte[] digests);

  static native int dwcp_sha256(
      long base, long baseBytes, int[] offsets, int[] lengths, int count, byte[] digest);

  static native int dwcp_write_deltas(
      long current,
      long currentBytes,
      int[] offsets,
      long[] bases,
      int count,
      int mostBytes,
      long runs,
      long changes,
      long roomBytes,
      int[] runsBytes,
      int[] changesBytes);

  static native int dwcp_measure_deltas(
      long runs, long bytes, int count, int[] runsBytes, int[] changesBytes);

  static native int dwcp_apply_deltas(
      long pages,
      long pagesBytes,
      int count,
      long runs,
      long runsBytes,
      long changes,
      long changesBytes);

  static native int dwcp_hash_pages(
      long base, long baseBytes, int[] offsets, int count, int pageBytes, long[] hashes);

  static native int dwcp_hash_windows(
      long base, long baseBytes, int[] offsets, int count, int pageBytes, long[] hashes);

  static native int dwcp_shuffle_widths(
      long base, long baseBytes, int[] offsets, int count, byte[] widths);

  static native int dwcp_shuffle_pages(long pages, long pagesBytes, int count, byte[] widths);

  static native int dwcp_unshuffle_pages(long pages, long pagesBytes, int count, byte[] widths);

  /** 0 if the kernel refused. */
  static native long dwcp_map_memory(long bytes);

  static native int dwcp_step_back();

  static native int dwcp_unmap_memory(long address, long bytes);

  static native int dwcp_xor_bytes(long old, long current, long dst, long bytes);
}
