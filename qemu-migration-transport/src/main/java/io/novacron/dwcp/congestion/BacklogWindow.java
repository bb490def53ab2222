package io.novacron.dwcp.congestion;

/**
 * How many wire bytes of one channel direction may be on their way: encoded, queued, in the kernel
 * or on the link, but not yet delivered to the peer's local socket.
 *
 * <p>This is the downtime rule (DESIGN 3): QEMU decides to stop the guest from the rate at which
 * bytes leave it, so what we hold must stay a small time's worth of what really gets through. The
 * window is {@code rate x (minRtt + TARGET)}: the path's own content plus {@link #TARGET_NANOS}.
 * The rate is the largest delivery rate seen lately, as in BBR (Cardwell et al., ACM Queue 2016): a
 * sample that was limited by the sender's lack of data may raise it, never lower it. While the
 * window is the limit, each round trip multiplies it by {@code 1 + TARGET / RTT}, so it finds the
 * link's rate within some round trips from any start.
 *
 * <p>One thread; times are handed in.
 */
public final class BacklogWindow {
  /** 40 ms: the middle of the design's 30-50 ms, an eighth of QEMU's default downtime limit. */
  static final long TARGET_NANOS = 40_000_000L;

  /** 256 KiB: one batch that did not shrink must always fit, else nothing would ever be sent. */
  static final long FLOOR_BYTES = 256 * 1024;

  /** The largest rate of the last 0.5 to 1 s counts: a link that slowed is believed that fast. */
  private static final long RATE_BUCKET_NANOS = 500_000_000L;

  /** The smallest RTT of the last 5 to 10 s counts, as in BBR. */
  private static final long RTT_BUCKET_NANOS = 5_000_000_000L;

  private final long ceilingBytes;
  private long deliveredBytes;
  private long deliveredNanos;
  private double currentRate;
  private double formerRate;
  private long rateBucketStartNanos;
  private long currentRttNanos = Long.MAX_VALUE;
  private long formerRttNanos = Long.MAX_VALUE;
  private long rttBucketStartNanos;

  public BacklogWindow(long ceilingBytes, long nowNanos) {
    this.ceilingBytes = Math.max(ceilingBytes, FLOOR_BYTES);
    this.deliveredNanos = nowNanos;
    this.rateBucketStartNanos = nowNanos;
    this.rttBucketStartNanos = nowNanos;
  }

  /**
   * What a frame must remember from when it was sent, to give a rate when it is acknowledged.
   *
   * @param windowLimited whether the window, not a lack of data, was the limit then
   */
  public record SendMark(
      long sentNanos, long deliveredBytes, long deliveredNanos, boolean windowLimited) {}

  public SendMark mark(long nowNanos, long backlogBytes) {
    if (backlogBytes == 0) {
      deliveredNanos = nowNanos; // idle time is not slowness
    }
    return new SendMark(nowNanos, deliveredBytes, deliveredNanos, backlogBytes * 4 >= bytes() * 3);
  }

  /**
   * The peer delivered {@code wireBytes} more; {@code mark} is that of the newest frame of them.
   */
  public void acknowledged(long wireBytes, SendMark mark, long nowNanos) {
    deliveredBytes += wireBytes;
    deliveredNanos = nowNanos;
    rtt(Math.max(1, nowNanos - mark.sentNanos()), nowNanos);
    long spanNanos = Math.max(nowNanos - mark.deliveredNanos(), nowNanos - mark.sentNanos());
    double rate = (double) (deliveredBytes - mark.deliveredBytes()) / Math.max(1, spanNanos);
    if (mark.windowLimited() && nowNanos - rateBucketStartNanos > RATE_BUCKET_NANOS) {
      formerRate = currentRate;
      currentRate = 0;
      rateBucketStartNanos = nowNanos;
    }
    currentRate = Math.max(currentRate, rate);
  }

  private void rtt(long sampleNanos, long nowNanos) {
    if (nowNanos - rttBucketStartNanos > RTT_BUCKET_NANOS) {
      formerRttNanos = currentRttNanos;
      currentRttNanos = Long.MAX_VALUE;
      rttBucketStartNanos = nowNanos;
    }
    currentRttNanos = Math.min(currentRttNanos, sampleNanos);
  }

  /** Bytes that may be under way now, between the floor and the ceiling. */
  public long bytes() {
    long rttNanos = minRttNanos();
    if (rttNanos == Long.MAX_VALUE) {
      return FLOOR_BYTES;
    }
    double bytes = Math.max(currentRate, formerRate) * (double) (rttNanos + TARGET_NANOS);
    return Math.max(FLOOR_BYTES, (long) Math.min(bytes, (double) ceilingBytes));
  }

  /** Smallest time from send to delivery seen lately; {@link Long#MAX_VALUE} before the first. */
  public long minRttNanos() {
    return Math.min(currentRttNanos, formerRttNanos);
  }

  /** Largest delivery rate seen lately, in bytes per second. */
  public double rateBytesPerSecond() {
    return Math.max(currentRate, formerRate) * 1e9;
  }
}
