package io.novacron.dwcp.nbd;

/**
 * How much of a disk may be acknowledged to QEMU before it is at the destination: at most so many
 * bytes and writes, and nothing more while the oldest of them waits longer than a write needs by
 * itself and this time: so no more than the link and the destination's disk take in that time.
 *
 * @param copyingNanos while the disk is copied
 * @param readyNanos once QEMU has flushed it for the first time: the mirror is ready, and the next
 *     flush may find the guest standing still
 */
public record WriteWindow(long maxBytes, int maxWrites, long copyingNanos, long readyNanos) {
  /**
   * 64 MiB: 1 Gbit/s, thrice as much on the disk, for 160 ms. 1024 writes: the list is walked for
   * each request. A second hides a disk's hiccup; 50 ms is what memory may have under way as well.
   */
  public static final WriteWindow STANDARD =
      new WriteWindow(64L << 20, 1024, 1_000_000_000L, 50_000_000L);
}
