package io.novacron.dwcp.streams;

/**
 * When a source dials the streams that its session lacks. While some live, all that are missing at
 * once, and a second later again where an attempt failed. While none does, one every half second,
 * whatever became of those before: a kernel repeats its first packet after 1 s, 3 s, 7 s, and a
 * link that comes back in between would wait for that. Not thread-safe.
 */
public final class DialPlan {
  private static final long PROBE_NANOS = 500_000_000L;
  private static final long RETRY_NANOS = 1_000_000_000L;

  private final int wantedStreams;
  private boolean hasProbed;
  private long probedNanos;
  private boolean hasFailed;
  private long failedNanos;

  public DialPlan(int wantedStreams) {
    this.wantedStreams = wantedStreams;
  }

  /** An attempt came to nothing. */
  public void failed(long nowNanos) {
    hasFailed = true;
    failedNanos = nowNanos;
  }

  /**
   * How many to dial now; they count as dialled.
   *
   * @param live streams of the session
   * @param dialing attempts that have no end yet
   */
  public int due(int live, int dialing, long nowNanos) {
    int missing = Math.max(0, wantedStreams - live - dialing);
    if (live == 0) {
      boolean isTooEarly = hasProbed && nowNanos - probedNanos < PROBE_NANOS;
      if (missing == 0 || isTooEarly) {
        return 0;
      }
      hasProbed = true;
      probedNanos = nowNanos;
      return 1;
    }
    return hasFailed && nowNanos - failedNanos < RETRY_NANOS ? 0 : missing;
  }
}
