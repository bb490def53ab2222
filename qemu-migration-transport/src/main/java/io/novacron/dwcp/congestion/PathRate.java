package io.novacron.dwcp.congestion;

/**
 * What a channel found out about the path to a peer, so that the next one need not begin from
 * nothing.
 *
 * @param bytesPerSecond wire bytes that were delivered, the largest of the last epochs; 0 if
 *     unknown
 * @param rttNanos smallest time from send to delivery
 */
public record PathRate(double bytesPerSecond, long rttNanos) {
  public static final PathRate UNKNOWN = new PathRate(0, 0);

  public boolean isKnown() {
    return bytesPerSecond > 0;
  }
}
