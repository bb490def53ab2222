package io.novacron.dwcp.congestion;

/**
 * How many streams to one peer pay, found by trying. On a path that loses packets whatever is sent:
 * twice as many, and kept if that raised the rate, since each lost packet halves a stream's rate
 * under CUBIC; where the kernel paces by what is delivered (BBR) it does not, and more gain
 * nothing. On any other path: half as many, and kept if that did not lower the rate, since a few
 * fill it.
 *
 * <p>Only what was sent while the path or the peer was the limit is compared: a guest that has
 * nothing to send says nothing of them. A trial begins when the rate has stopped growing by itself,
 * as it does while TCP starts, and new streams get some round trips before they count. A trial that
 * brought nothing is repeated later and later, since each costs the rate of a second at worst.
 *
 * <p>One thread; times and counters are handed in.
 */
public final class StreamCount {
  /** Twice the streams must bring a quarter; where they pay, it is two thirds and more. */
  private static final double GAIN = 1.25;

  /** What grew less between two measurements has stopped growing. */
  private static final double STEADY = 1.15;

  /** Half of them may cost a twentieth: the others then have fewer packets queued for the same. */
  private static final double LOSS = 0.95;

  /** Two looks of the link's timer, and eight round trips: the loss of one packet averages out. */
  private static final long MEASURE_NANOS = 500_000_000L;

  private static final int MEASURE_RTTS = 8;

  /** A new stream's start doubles its rate each round trip, from ten packets on. */
  private static final long SETTLE_NANOS = 250_000_000L;

  private static final int SETTLE_RTTS = 6;

  /** Then the next, after each trial that changed nothing twice as long... */
  private static final long FIRST_PAUSE_NANOS = 5_000_000_000L;

  /** ...up to a minute: a second in sixty. */
  private static final long LONGEST_PAUSE_NANOS = 60_000_000_000L;

  /** 5 s: what a stream may take to be dialled, the time limits of connection and handshake. */
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  /** Three measurements in which the path was not the limit: the migration has other worries. */
  private static final int MOST_IDLE = 3;

  /**
   * Counters since the link was made.
   *
   * @param acknowledgedBytes that the peer delivered
   * @param fullBytes of those, what was delivered while the path was the limit
   * @param rttNanos of the path; 0 while unknown
   * @param isLossy whether the path loses packets whatever is sent
   */
  public record Load(long acknowledgedBytes, long fullBytes, long rttNanos, boolean isLossy) {}

  private final StreamBounds bounds;
  private int count;
  private int formerCount;
  private double formerRate;
  private boolean isTrial;
  private long trialNanos;
  private boolean wasLossy;
  private boolean isMeasuring;
  private long settledNanos;
  private long startNanos;
  private long startBytes;
  private long startFullBytes;
  private int idle;
  private long pauseNanos = FIRST_PAUSE_NANOS;
  private long nextTrialNanos;

  public StreamCount(StreamBounds bounds, long nowNanos) {
    this.bounds = bounds;
    this.count = bounds.first();
    this.nextTrialNanos = nowNanos + pauseNanos;
  }

  /** The counters begin anew, with another session; what was found about the count stays. */
  public void restart() {
    isMeasuring = false;
    formerRate = 0;
    if (isTrial) {
      isTrial = false;
      count = formerCount;
    }
  }

  /** Streams to have and to use now. */
  public int target() {
    return count;
  }

  /** Whether the count is being tried: streams beyond it may be wanted again in a moment. */
  public boolean isTrial() {
    return isTrial;
  }

  /**
   * Looks at the counters; called several times a second.
   *
   * @param liveStreams that carry frames now
   * @return the new target
   */
  public int look(Load load, int liveStreams, long nowNanos) {
    if (liveStreams < count || bounds.least() == bounds.most()) {
      isMeasuring = false; // streams are being dialled
      awaitStreams(nowNanos);
    } else if (!isMeasuring) {
      settledNanos = nowNanos + (isTrial ? settleNanos(load) : 0);
      begin(load, nowNanos);
    } else if (nowNanos < settledNanos) {
      begin(load, nowNanos);
    } else if (nowNanos - startNanos >= Math.max(MEASURE_NANOS, MEASURE_RTTS * load.rttNanos())) {
      measured(load, nowNanos);
    }
    return count;
  }

  /** A peer that does not take more streams ends the trial. */
  private void awaitStreams(long nowNanos) {
    if (isTrial && nowNanos - trialNanos > PATIENCE_NANOS) {
      fail(nowNanos);
    }
  }

  private static long settleNanos(Load load) {
    return Math.max(SETTLE_NANOS, SETTLE_RTTS * load.rttNanos());
  }

  private void begin(Load load, long nowNanos) {
    isMeasuring = true;
    startNanos = nowNanos;
    startBytes = load.acknowledgedBytes();
    startFullBytes = load.fullBytes();
  }

  private void measured(Load load, long nowNanos) {
    long bytes = load.acknowledgedBytes() - startBytes;
    long fullBytes = load.fullBytes() - startFullBytes;
    double rate = (double) bytes / (double) (nowNanos - startNanos);
    boolean isPathTheLimit = bytes > 0 && 2 * fullBytes >= bytes;
    begin(load, nowNanos);
    if (!isPathTheLimit) {
      idled();
    } else if (isTrial) {
      idle = 0;
      judge(rate, nowNanos);
    } else {
      idle = 0;
      rest(rate, load.isLossy(), nowNanos);
    }
  }

  /** Nothing can be told from it; a trial that stays untold ends where it began. */
  private void idled() {
    if (++idle >= MOST_IDLE) {
      idle = 0;
      formerRate = 0;
      if (isTrial) {
        isTrial = false;
        change(formerCount);
      }
    }
  }

  private void rest(double rate, boolean isLossy, long nowNanos) {
    boolean isSteady = formerRate > 0 && rate < STEADY * formerRate;
    formerRate = rate;
    if (isLossy != wasLossy) {
      wasLossy = isLossy;
      pauseNanos = FIRST_PAUSE_NANOS;
      nextTrialNanos = nowNanos + (isLossy ? 0 : pauseNanos); // losses cost more than streams
    }
    if (isSteady && nowNanos - nextTrialNanos >= 0) {
      attempt(nowNanos);
    }
  }

  private void attempt(long nowNanos) {
    int wanted =
        wasLossy ? Math.min(2 * count, bounds.most()) : Math.max(count / 2, bounds.least());
    if (wanted != count) {
      formerCount = count;
      isTrial = true;
      trialNanos = nowNanos;
      change(wanted);
    }
  }

  private void judge(double rate, long nowNanos) {
    boolean isUp = count > formerCount;
    if (rate < (isUp ? GAIN : LOSS) * formerRate) {
      fail(nowNanos);
      return;
    }
    isTrial = false;
    formerRate = rate;
    pauseNanos = FIRST_PAUSE_NANOS;
    nextTrialNanos = nowNanos + (isUp ? 0 : pauseNanos);
    if (isUp) {
      attempt(nowNanos);
    }
  }

  private void fail(long nowNanos) {
    isTrial = false;
    change(formerCount);
    nextTrialNanos = nowNanos + pauseNanos;
    pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
  }

  private void change(int wanted) {
    count = wanted;
    isMeasuring = false;
  }
}
