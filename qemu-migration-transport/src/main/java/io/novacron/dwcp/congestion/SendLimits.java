package io.novacron.dwcp.congestion;

/**
 * The limits that bytes to one peer are under; the tighter counts. Any thread.
 *
 * @param peer shared by all sessions to that peer
 * @param host shared by all sessions that this host opened, whoever the peer is
 */
public record SendLimits(RateLimit peer, RateLimit host) {
  /** 16 KiB: a fraction of most frames, so that turns are fair by bytes and not by frames. */
  private static final long LEAST_QUANTUM_BYTES = 16 * 1024;

  /** 1 ms: as often a timer wakes a sender; whoever wakes first must not find all of the rate. */
  private static final long QUANTUMS_PER_SECOND = 1000;

  /** Limits of nobody else, and none in force. */
  public static SendLimits none() {
    return new SendLimits(RateLimit.none(), RateLimit.none());
  }

  public boolean isLimited() {
    return peer.isLimited() || host.isLimited();
  }

  /** What a sender reserves at a time. */
  long quantumBytes() {
    long peerRate = peer.bytesPerSecond();
    long hostRate = host.bytesPerSecond();
    boolean isPeerTighter =
        hostRate == RateLimit.NONE || (peerRate != RateLimit.NONE && peerRate < hostRate);
    long tighter = isPeerTighter ? peerRate : hostRate;
    return Math.max(LEAST_QUANTUM_BYTES, tighter / QUANTUMS_PER_SECOND);
  }

  /** Counts bytes that were sent, for the rates that operators see. */
  public void sent(long bytes) {
    peer.sent(bytes);
    host.sent(bytes);
  }

  /** Whether what is small and urgent should take turns as well. */
  public boolean isOverdrawn(long nowNanos) {
    return peer.isOverdrawn(nowNanos) || host.isOverdrawn(nowNanos);
  }

  /** So many bytes go now that cannot wait, such as an acknowledgement: others pay for them. */
  public void overdraw(long bytes, long nowNanos) {
    peer.overdraw(bytes, nowNanos);
    host.overdraw(bytes, nowNanos);
  }
}
