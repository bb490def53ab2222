package io.novacron.dwcp.congestion;

/**
 * What a channel found out about the path to a peer, so that the next one need not begin from
 * nothing.
 *
 * @param bytesPerSecond wire bytes that were delivered, the largest of the last epochs; 0 if
 *     unknown
 * @param rttNanos smallest time from send to delivery; 0 if unknown
 */
public record PathRate(double bytesPerSecond, long rttNanos) {
  public static final PathRate UNKNOWN = new PathRate(0, 0);

  /** 5 ms: no path within a building takes that, delivery to a busy QEMU included. */
  private static final long NEAR_NANOS = 5_000_000L;

  /** Whether a peer at such a distance is as near as another host of the same site. */
  public static boolean isNear(long minRttNanos) {
    return minRttNanos < NEAR_NANOS;
  }

  /** The same path, before anything is known of its rate. */
  public PathRate orAt(long minRttNanos) {
    return isKnown() || minRttNanos == Long.MAX_VALUE ? this : new PathRate(0, minRttNanos);
  }

  public boolean isKnown() {
    return bytesPerSecond > 0;
  }
}
