package io.novacron.dwcp.congestion;

/**
 * How many wire bytes of one channel direction may be on their way: encoded, queued, in the kernel
 * or on the link, but not yet delivered to the peer's local socket.
 *
 * <p>This is the downtime rule (DESIGN 3): QEMU decides to stop the guest from the rate at which
 * bytes leave it, so what we hold must stay a small time's worth of what really gets through. The
 * window is {@code rate x (minRtt + TARGET)}: the path's own content plus {@link #TARGET_NANOS}.
 *
 * <p>The rate is the largest of the last few epochs. An epoch lasts two round trips, 150 ms at
 * least, so that a burst after a hole in the order of frames was filled does not count as rate. As
 * in BBR (Cardwell et al., ACM Queue 2016), an epoch in which the sender lacked data may raise the
 * rate, never lower it. While the window is the limit, it grows by {@code 1 + TARGET / RTT} in each
 * epoch, so it finds the link's rate within some epochs from any start.
 *
 * <p>One thread; times are handed in.
 */
public final class BacklogWindow {
  /** 40 ms: the middle of the design's 30-50 ms, an eighth of QEMU's default downtime limit. */
  static final long TARGET_NANOS = 40_000_000L;

  /** 256 KiB: one batch that did not shrink must always fit, else nothing would ever be sent. */
  static final long FLOOR_BYTES = 256 * 1024;

  /** 1 MiB until the first epoch is over: 100 Mbit/s carry it in 80 ms. */
  static final long INITIAL_BYTES = 1024 * 1024;

  /** 150 ms: several times what reordering between streams takes. */
  private static final long LEAST_EPOCH_NANOS = 150_000_000L;

  /** Three epochs: half a second on most paths; a link that slowed is believed that fast. */
  private static final int EPOCHS = 3;

  /** The smallest RTT of the last 5 to 10 s counts, as in BBR. */
  private static final long RTT_BUCKET_NANOS = 5_000_000_000L;

  private final long ceilingBytes;
  private final double[] epochRates = new double[EPOCHS];
  private int epoch;
  private long epochStartNanos;
  private long epochBytes;
  private boolean epochLacksData;
  private boolean measured;
  private long currentRttNanos = Long.MAX_VALUE;
  private long formerRttNanos = Long.MAX_VALUE;
  private long rttBucketStartNanos;

  public BacklogWindow(long ceilingBytes, long nowNanos) {
    this.ceilingBytes = Math.max(ceilingBytes, FLOOR_BYTES);
    this.epochStartNanos = nowNanos;
    this.rttBucketStartNanos = nowNanos;
  }

  /** What a frame must remember from when it was sent. */
  public record SendMark(long sentNanos) {}

  /** A frame is sent while {@code backlogBytes} are under way already. */
  public SendMark mark(long nowNanos, long backlogBytes) {
    if (backlogBytes == 0) {
      epochStartNanos = nowNanos; // idle time is not slowness
      epochBytes = 0;
    }
    epochLacksData |= backlogBytes * 4 < bytes() * 3;
    return new SendMark(nowNanos);
  }

  /**
   * The peer delivered {@code wireBytes} more; {@code mark} is that of the newest frame of them.
   */
  public void acknowledged(long wireBytes, SendMark mark, long nowNanos) {
    rtt(Math.max(1, nowNanos - mark.sentNanos()), nowNanos);
    epochBytes += wireBytes;
    long lastedNanos = nowNanos - epochStartNanos;
    if (lastedNanos >= Math.max(LEAST_EPOCH_NANOS, 2 * minRttNanos())) {
      endEpoch((double) epochBytes / lastedNanos);
      epochStartNanos = nowNanos;
      epochBytes = 0;
      epochLacksData = false;
    }
  }

  private void endEpoch(double rate) {
    measured = true;
    if (!epochLacksData || rate > rate()) {
      epoch = (epoch + 1) % EPOCHS;
      epochRates[epoch] = rate;
    }
  }

  /** Bytes per nanosecond. */
  private double rate() {
    double largest = 0;
    for (double each : epochRates) {
      largest = Math.max(largest, each);
    }
    return largest;
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
    if (!measured) {
      return Math.min(INITIAL_BYTES, ceilingBytes);
    }
    double bytes = rate() * (double) (minRttNanos() + TARGET_NANOS);
    return Math.max(FLOOR_BYTES, (long) Math.min(bytes, (double) ceilingBytes));
  }

  /**
   * How long so many bytes take beyond the path's own round trip: the time that they wait in queues
   * somewhere. Negative while the path is not full; the target while nothing is known.
   */
  public long queueNanos(long backlogBytes) {
    double rate = rate();
    return rate > 0 ? (long) ((double) backlogBytes / rate) - minRttNanos() : TARGET_NANOS;
  }

  /** Smallest time from send to delivery seen lately; {@link Long#MAX_VALUE} before the first. */
  public long minRttNanos() {
    return Math.min(currentRttNanos, formerRttNanos);
  }

  /** Largest delivery rate seen lately, in bytes per second. */
  public double rateBytesPerSecond() {
    return rate() * 1e9;
  }
}
