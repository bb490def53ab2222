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
 * rate, never lower it.
 *
 * <p>At first the window doubles from epoch to epoch while that raises the rate, as BBR's startup
 * does; from then on, while it is the limit, it can grow by {@code 1 + TARGET / RTT} in each.
 *
 * <p>What waits because of this window lengthens the round trips that it is made from. So a longer
 * round trip is believed only from a frame that was sent when little was under way; every {@link
 * #RTT_NANOS} without such a frame the window closes until one came back, which costs a quarter of
 * a round trip's bytes.
 *
 * <p>One thread; times are handed in.
 */
public final class BacklogWindow {
  /** 40 ms: the middle of the design's 30-50 ms, an eighth of QEMU's default downtime limit. */
  static final long TARGET_NANOS = 40_000_000L;

  /** 256 KiB: one batch that did not shrink must always fit, else nothing would ever be sent. */
  static final long FLOOR_BYTES = 256 * 1024;

  /**
   * 2 MiB at least during startup: what 400 Mbit/s carry in 40 ms. A slower link has a longer queue
   * for three epochs; they lie in the first pass over RAM, in which QEMU cannot stop the guest.
   */
  static final long INITIAL_BYTES = 2 * 1024 * 1024;

  /** 64 KiB: what went through in less would measure the threads between, not the path. */
  private static final long LEAST_BUSY_BYTES = 64 * 1024;

  /** 150 ms: several times what reordering between streams takes. */
  private static final long LEAST_EPOCH_NANOS = 150_000_000L;

  /** Three epochs: half a second on most paths; a link that slowed is believed that fast. */
  private static final int EPOCHS = 3;

  /** A quarter: an epoch that raises the rate by less found the path full, as in BBR. */
  private static final double STARTUP_RAISE = 1.25;

  /** Two: what is under way doubles in each epoch of startup, as BBR's delivery rate does. */
  private static final double STARTUP_GAIN = 2;

  /** 5 s: half of BBR's, since closing the window to three quarters costs less than its probe. */
  private static final long RTT_NANOS = 5_000_000_000L;

  /** 32 MiB/s, some 270 Mbit/s: a slower path shows within a few epochs that it is the limit. */
  private static final double UNPROVEN_BYTES_PER_SECOND = 32 * 1024 * 1024;

  /** 800 MB/s: what a destination writes to QEMU on a core or two; 32 MB beside the path's own. */
  private static final double RAW_BYTES_PER_NANO = 0.8;

  /** Two: what was lost is known of after one round trip, and arrives after half of another. */
  private static final double LOST_RTTS = 2;

  /** 300 ms, around the world; also while nothing is known. */
  private static final long LONGEST_RTT_NANOS = 300_000_000L;

  private final long ceilingBytes;
  private final double[] epochRates = new double[EPOCHS];
  private int epoch;
  private long epochStartNanos;
  private long epochBytes;
  private boolean epochLacksData;
  private boolean epochBeganEmpty;
  private long formerWindowBytes;
  private boolean startup = true;
  private boolean limitSeen;
  private long rttNanos = Long.MAX_VALUE;
  private long unqueuedRttNanos = Long.MAX_VALUE;
  private long rttStartNanos;
  private boolean draining;
  private long lossyBytes;

  /**
   * @param known what an earlier channel over the same path found, or {@link PathRate#UNKNOWN}; an
   *     epoch that fills the window corrects it
   */
  public BacklogWindow(long ceilingBytes, long nowNanos, PathRate known) {
    this.ceilingBytes = Math.max(ceilingBytes, FLOOR_BYTES);
    this.epochStartNanos = nowNanos;
    this.rttStartNanos = nowNanos;
    if (known.isKnown()) {
      epochRates[0] = known.bytesPerSecond() / 1e9;
    }
    if (known.rttNanos() > 0) {
      rttNanos = known.rttNanos();
    }
    this.formerWindowBytes = openBytes();
  }

  /**
   * What a frame must remember from when it was sent.
   *
   * @param unqueued whether too little was under way then for a queue of ours
   */
  public record SendMark(long sentNanos, boolean unqueued) {}

  /** A frame is sent while {@code backlogBytes} are under way already. */
  public SendMark mark(long nowNanos, long backlogBytes) {
    if (backlogBytes == 0) {
      epochStartNanos = nowNanos; // idle time is not slowness
      epochBytes = 0;
      epochBeganEmpty = true;
    }
    // a window that just grew is not filled yet
    long limitBytes = Math.min(formerWindowBytes, openBytes());
    epochLacksData |= backlogBytes * 4 < limitBytes * 3;
    return new SendMark(nowNanos, backlogBytes <= drainedBytes());
  }

  /**
   * The peer delivered {@code wireBytes} more, and {@code backlogBytes} are still under way; {@code
   * mark} is that of the newest frame of them.
   */
  public void acknowledged(long wireBytes, long backlogBytes, SendMark mark, long nowNanos) {
    epochBytes += wireBytes;
    rtt(Math.max(1, nowNanos - mark.sentNanos()), mark.unqueued(), nowNanos);
    epochLacksData |= draining;
    long lastedNanos = Math.max(1, nowNanos - epochStartNanos);
    if (epochBeganEmpty && backlogBytes == 0 && epochBytes >= LEAST_BUSY_BYTES) {
      raise((double) epochBytes / (double) lastedNanos);
    }
    if (lastedNanos >= Math.max(LEAST_EPOCH_NANOS, 2 * rttNanos)) {
      formerWindowBytes = openBytes();
      endEpoch((double) epochBytes / lastedNanos);
      epochStartNanos = nowNanos;
      epochBytes = 0;
      epochLacksData = false;
      epochBeganEmpty = backlogBytes == 0;
    }
  }

  /**
   * The path loses packets whatever is sent. Each hole holds back all that was sent after it for a
   * round trip or two, on whatever streams, though nothing of that waits in a queue; and a loss on
   * one stream must not keep the others from sending.
   *
   * @param leastBytes that keep all streams busy; 0 on a path without such loss
   */
  public void lossy(long leastBytes) {
    lossyBytes = leastBytes;
  }

  /** Something else than this window keeps the sender from sending: the epoch proves no limit. */
  public void lacksData() {
    epochLacksData = true;
  }

  private void endEpoch(double rate) {
    double known = rate();
    limitSeen |= !epochLacksData;
    startup &= epochLacksData || rate >= STARTUP_RAISE * known;
    if (!epochLacksData || rate > known) {
      remember(rate);
    }
  }

  /**
   * Nothing was under way when the epoch began and nothing is now: all of its bytes went through
   * within it, with no hole left open, so the path carries at least that. What was under way before
   * would not count: a peer that stood still delivers a whole window in a millisecond. Without it a
   * path that is never full, such as a LAN, would have no rate: each time it ran empty the epoch
   * begins anew.
   */
  private void raise(double rate) {
    if (rate > rate()) {
      remember(rate);
    }
  }

  private void remember(double rate) {
    epoch = (epoch + 1) % EPOCHS;
    epochRates[epoch] = rate;
  }

  /**
   * Raw bytes that may be under way now, whatever they shrank to: references and deltas make
   * hundreds of megabytes of a window of wire bytes, which the destination then still has to copy
   * while the guest stands still.
   */
  public long rawBytes() {
    long pathNanos = Math.min(rttNanos, LONGEST_RTT_NANOS);
    return (long) (RAW_BYTES_PER_NANO * (double) (pathNanos + TARGET_NANOS));
  }

  /** Bytes per nanosecond. */
  private double rate() {
    double largest = 0;
    for (double each : epochRates) {
      largest = Math.max(largest, each);
    }
    return largest;
  }

  private void rtt(long sampleNanos, boolean unqueued, long nowNanos) {
    rttNanos = Math.min(rttNanos, sampleNanos);
    if (unqueued) {
      unqueuedRttNanos = Math.min(unqueuedRttNanos, sampleNanos);
    }
    if (lossyBytes > 0) {
      rttStartNanos = nowNanos; // what was lost on the way is no longer path
    } else if (nowNanos - rttStartNanos > RTT_NANOS) {
      draining = unqueuedRttNanos == Long.MAX_VALUE;
      if (!draining) {
        rttNanos = unqueuedRttNanos;
        unqueuedRttNanos = Long.MAX_VALUE;
        rttStartNanos = nowNanos;
      }
    }
  }

  /** Bytes that may be under way now, at most the ceiling. */
  public long bytes() {
    return draining ? Math.max(1, drainedBytes()) : openBytes();
  }

  private long openBytes() {
    double rate = rate();
    double bytes = rate > 0 ? rate * (double) (rttNanos + TARGET_NANOS) : 0;
    if (lossyBytes > 0 && rate > 0) {
      bytes = Math.max((double) lossyBytes, bytes + LOST_RTTS * rate * (double) rttNanos);
    }
    if (startup && rate > 0) {
      bytes = Math.max(bytes, STARTUP_GAIN * rate * (double) rttNanos);
    }
    long leastBytes = startup ? INITIAL_BYTES : FLOOR_BYTES;
    return (long) Math.min(Math.max(bytes, (double) leastBytes), (double) ceilingBytes);
  }

  /** Three quarters of what the path itself holds: less than that leaves no queue. */
  private long drainedBytes() {
    double rate = rate();
    double bytes = rate > 0 ? rate * (double) rttNanos * 0.75 : 0;
    return (long) Math.min(bytes, (double) ceilingBytes);
  }

  /**
   * How long so many bytes take beyond the path's own round trip: the time that they wait in queues
   * somewhere. Negative while the path is not full; while nothing is known, the target unless
   * hardly anything waits.
   */
  public long queueNanos(long backlogBytes) {
    double rate = rate();
    if (rate > 0) {
      return (long) ((double) backlogBytes / rate) - minRttNanos();
    }
    return backlogBytes < LEAST_BUSY_BYTES ? 0 : TARGET_NANOS;
  }

  /** Smallest time from send to delivery seen lately; {@link Long#MAX_VALUE} before the first. */
  public long minRttNanos() {
    return rttNanos;
  }

  /**
   * What the path may be counted on to carry. Once it was seen to be the limit, its rate; before
   * that the rate seen says only what the sender had, so {@link #UNPROVEN_BYTES_PER_SECOND} at
   * least.
   */
  public double dependableBytesPerSecond() {
    return limitSeen
        ? rateBytesPerSecond()
        : Math.max(rateBytesPerSecond(), UNPROVEN_BYTES_PER_SECOND);
  }

  /** Whether the path was full for an epoch: then its rate is the path's, not the sender's. */
  public boolean isLimitSeen() {
    return limitSeen;
  }

  /** What this window found out, for the next channel over the same path. */
  public PathRate path() {
    return rate() > 0 && rttNanos != Long.MAX_VALUE
        ? new PathRate(rateBytesPerSecond(), rttNanos)
        : PathRate.UNKNOWN;
  }

  /** Largest delivery rate seen lately, in bytes per second. */
  public double rateBytesPerSecond() {
    return rate() * 1e9;
  }
}
