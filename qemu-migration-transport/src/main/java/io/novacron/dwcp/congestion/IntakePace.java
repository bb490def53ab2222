package io.novacron.dwcp.congestion;

/**
 * How fast raw bytes may be taken from QEMU's memory stream, so that QEMU's belief in the bandwidth
 * stays one that its last pages will really get.
 *
 * <p>QEMU stops the guest as soon as what is left to send is less than {@code bandwidth x
 * downtime-limit}, with the bandwidth of the last 100 ms in bytes of its own (QEMU 10.0
 * migration/migration.c, migration_update_counters). A run of pages that compress forty-fold makes
 * it believe 700 MB/s on a 50 MB/s link; it then stops the guest with 170 MB left, and the guest
 * stands still for more than two seconds (measured). So raw bytes are taken no faster than
 *
 * <ul>
 *   <li>what the wire carries of badly compressing pages: {@code wire rate / ratio}. In the first
 *       pass the ratio counts as {@link #UNKNOWN_RATIO} at best under QEMU's own limit, since the
 *       pages that the guest keeps changing are not known yet; later as what four of five batches
 *       lately stayed below; and
 *   <li>during the first pass over RAM, when QEMU cannot stop the guest because so much is left,
 *       the rate at which it still would not: {@code bytes left / 0.5 s} under QEMU's own
 *       downtime-limit, see {@link #downtimeLimit}.
 * </ul>
 *
 * whichever is more. One thread; times are handed in.
 */
public final class IntakePace {
  /** QEMU's default downtime-limit (QEMU 10.0 migration/options.c); libvirt leaves it alone. */
  private static final double DEFAULT_LIMIT_SECONDS = 0.3;

  /** QEMU looks each 100 ms at what passed in the 100 ms before. */
  private static final double BELIEF_AGE_SECONDS = 0.2;

  /** A quarter above what the wire gave, so that a faster wire is found out (as BBR's probing). */
  private static final double PROBE = 1.25;

  /** Four of five batches shrink at least to the ratio that is tracked. */
  private static final double QUANTILE = 0.8;

  /** Moves the tracked ratio by a tenth within some ten batches that lie on one side. */
  private static final double STEP = 0.02;

  /** Counters and records shrink to about half without their older version. */
  static final double UNKNOWN_RATIO = 0.5;

  /** Pages that were changed in part shrink ten-fold against their older version, safely. */
  private static final double LEAST_RATIO = 0.1;

  /** 20 ms of the rate, a fifth of QEMU's measuring time, may come in one burst... */
  private static final double BURST_SECONDS = 0.02;

  /** ...and one read always. */
  private static final double BURST_BYTES = 256 * 1024;

  private double firstPassSeconds;
  private double firstPassRatio;
  private double ratio = UNKNOWN_RATIO;
  private boolean firstPassSeen;
  private boolean firstPassOver;
  private double allowanceBytes = BURST_BYTES;
  private double rateBytesPerSecond;
  private long refilledNanos;

  public IntakePace(long nowNanos) {
    this.refilledNanos = nowNanos;
    limit(DEFAULT_LIMIT_SECONDS);
  }

  /** QEMU's downtime-limit is this one now. */
  public void downtimeLimit(long nanos) {
    limit((double) nanos / 1e9);
  }

  /**
   * In the first pass QEMU's belief is up to 200 ms old, and the rate falls meanwhile with what is
   * left: {@code exp(-0.2 / t) > limit / t} must hold, with a little room. That gives 0.5 s for
   * QEMU's default. (With 0.36 s QEMU stopped the guest with 160 MB left.) A lower limit also makes
   * less of a misjudged ratio: it counts with its root.
   */
  private void limit(double seconds) {
    double least = 0.05;
    while (Math.exp(-BELIEF_AGE_SECONDS / least) <= seconds / least) {
      least += 0.01;
    }
    firstPassSeconds = 1.04 * least;
    double strictness = Math.sqrt(Math.min(1, seconds / DEFAULT_LIMIT_SECONDS));
    firstPassRatio = Math.max(LEAST_RATIO, UNKNOWN_RATIO * strictness);
  }

  public boolean isFirstPassOver() {
    return firstPassOver;
  }

  /** A batch of {@code rawBytes} became {@code payloadBytes}, compressed or not. */
  public void encoded(int rawBytes, int payloadBytes) {
    double seen = (double) payloadBytes / Math.max(1, rawBytes);
    ratio += seen > ratio ? STEP * QUANTILE : -STEP * (1 - QUANTILE);
    ratio = Math.clamp(ratio, LEAST_RATIO, 1.0);
  }

  /**
   * Whether bytes may be taken now.
   *
   * @param wireRateBytesPerSecond what the wire may be counted on to give; 0 while unknown
   * @param firstPassBytesLeft see {@link io.novacron.dwcp.page.StreamParser#firstPassBytesLeft}
   */
  public boolean mayTake(long nowNanos, double wireRateBytesPerSecond, long firstPassBytesLeft) {
    firstPassSeen |= firstPassBytesLeft > 0;
    if (firstPassSeen && !firstPassOver && firstPassBytesLeft == 0) {
      firstPassOver = true;
      ratio = UNKNOWN_RATIO;
    }
    double counted = firstPassOver ? ratio : Math.max(firstPassRatio, ratio);
    double sustained = PROBE * wireRateBytesPerSecond / counted;
    rateBytesPerSecond = Math.max(sustained, (double) firstPassBytesLeft / firstPassSeconds);
    allowanceBytes += rateBytesPerSecond * (double) (nowNanos - refilledNanos) / 1e9;
    refilledNanos = nowNanos;
    double most = Math.max(BURST_BYTES, rateBytesPerSecond * BURST_SECONDS);
    allowanceBytes = Math.min(allowanceBytes, most);
    return allowanceBytes > 0 || wireRateBytesPerSecond == 0;
  }

  /** So many bytes were taken; a read may overdraw the allowance once. */
  public void took(int rawBytes) {
    allowanceBytes -= rawBytes;
  }

  /** When {@link #mayTake} said no: how long until it may say yes, between 1 and 20 ms. */
  public long waitNanos() {
    double seconds = -allowanceBytes / Math.max(1, rateBytesPerSecond);
    return (long) (1e9 * Math.clamp(seconds, 0.001, 0.02));
  }
}
