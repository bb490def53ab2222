package io.novacron.dwcp.intercept;

/**
 * Which downtime QEMU may plan with, as a migration goes on.
 *
 * <p>QEMU stops the guest as soon as what is left takes no longer than the limit, so under its
 * default of 300 ms a guest stands still for 300 ms although one more round would leave a tenth of
 * that. So the limit is low at first. Once all memory was sent, whoever rewrites memory too fast
 * for that gets twice as much each second, up to what the operator allows: at most some seconds
 * later than without us.
 */
final class DowntimeLadder {
  /** A second: three to ten rounds, each of which may be short enough. */
  private static final long STEP_NANOS = 1_000_000_000L;

  private final long mostMillis;
  private long millis;
  private boolean hasBegun;
  private long stepStartNanos;

  /**
   * @param firstMillis where it begins
   * @param mostMillis what the operator allows
   */
  DowntimeLadder(long firstMillis, long mostMillis) {
    this.mostMillis = mostMillis;
    this.millis = Math.min(firstMillis, mostMillis);
  }

  long millis() {
    return millis;
  }

  long mostMillis() {
    return mostMillis;
  }

  boolean isAtTheTop() {
    return millis == mostMillis;
  }

  /**
   * Looks at the time.
   *
   * @param isFirstPassOver whether all memory was sent once
   * @return whether {@link #millis} changed
   */
  boolean climbs(long nowNanos, boolean isFirstPassOver) {
    if (!isFirstPassOver || isAtTheTop()) {
      return false;
    }
    if (!hasBegun) {
      hasBegun = true;
      stepStartNanos = nowNanos;
    }
    if (nowNanos - stepStartNanos < STEP_NANOS) {
      return false;
    }
    stepStartNanos = nowNanos;
    millis = Math.min(2 * millis, mostMillis);
    return true;
  }
}
