package io.novacron.dwcp.streams;

/**
 * When a source dials the streams that its session lacks. While some live, all that are missing at
 * once, and a second later again where an attempt failed; but never more than are wanted within
 * {@link #ROUND_NANOS}, lest a peer that closes each new stream is dialled without end. While none
 * does, one every half second, whatever became of those before: a kernel repeats its first packet
 * after 1 s, 3 s, 7 s, and a link that comes back in between would wait for that. Not thread-safe.
 */
public final class DialPlan {
  private static final long PROBE_NANOS = 500_000_000L;
  private static final long RETRY_NANOS = 1_000_000_000L;

  /** 250 ms: a link on which all streams break once a second is never short of them for longer. */
  private static final long ROUND_NANOS = 250_000_000L;

  private boolean hasProbed;
  private long probedNanos;
  private boolean hasFailed;
  private long failedNanos;
  private long roundNanos;
  private int dialledInRound;

  /** An attempt came to nothing. */
  public void failed(long nowNanos) {
    hasFailed = true;
    failedNanos = nowNanos;
  }

  /**
   * How many to dial now; they count as dialled.
   *
   * @param wanted streams
   * @param live streams of the session
   * @param dialing attempts that have no end yet
   */
  public int due(int wanted, int live, int dialing, long nowNanos) {
    int missing = Math.max(0, wanted - live - dialing);
    if (live == 0) {
      boolean isTooEarly = hasProbed && nowNanos - probedNanos < PROBE_NANOS;
      if (missing == 0 || isTooEarly) {
        return 0;
      }
      hasProbed = true;
      probedNanos = nowNanos;
      return 1;
    }
    return hasFailed && nowNanos - failedNanos < RETRY_NANOS
        ? 0
        : withinRound(missing, wanted, nowNanos);
  }

  private int withinRound(int missing, int wanted, long nowNanos) {
    if (dialledInRound > 0 && nowNanos - roundNanos >= ROUND_NANOS) {
      dialledInRound = 0;
    }
    if (dialledInRound == 0) {
      roundNanos = nowNanos;
    }
    int due = Math.clamp(wanted - dialledInRound, 0, missing);
    dialledInRound += due;
    return due;
  }
}
