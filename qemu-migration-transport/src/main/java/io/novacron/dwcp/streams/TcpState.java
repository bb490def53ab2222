package io.novacron.dwcp.streams;

/**
 * What the kernel says of one connection (Linux tcp_info).
 *
 * @param rttNanos smoothed round trip; 0 before the first
 * @param retransmittedBytes sent again since the connection began, whole segments counted
 */
public record TcpState(long rttNanos, long retransmittedBytes) {
  /** The kernel says nothing, or nothing any more. */
  public static final TcpState UNKNOWN = new TcpState(0, 0);
}
