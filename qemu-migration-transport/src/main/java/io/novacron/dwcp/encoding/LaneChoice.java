package io.novacron.dwcp.encoding;

/**
 * Chooses for each batch that is to be compressed whether it goes through the lane, and with how
 * much effort. One direction of one channel; one thread at a time. From the facts alone:
 *
 * <ol>
 *   <li>A batch with less than {@value #LEAST_NEW_BYTES} new bytes stands alone: it needs no
 *       window, and shall wait for no other batch.
 *   <li>The lane is one after another. While the link has enough to carry, batches wait for it;
 *       otherwise one that finds it busy, or on a slow path finds {@value #MOST_OF_SLOW_PATH}
 *       there, stands alone, so that all cores take part.
 *   <li>The effort rises by one when a link whose rate is known was full most of the last {@value
 *       #PERIOD_BATCHES} batches of the lane and the next effort would still leave the lane a third
 *       of its time; it falls by one when the lane was busy nearly all of its time, since batches
 *       that wait for it make no link faster, whatever looks full behind. Each fall doubles the
 *       periods that the next rise waits: a change costs the window (see {@link ZstdLaneCodec}).
 * </ol>
 */
public final class LaneChoice {

  /** Instead of an effort: the batch stands alone. */
  public static final int ALONE = -1;

  /** 16 KiB: four pages, below which a window saves a few hundred bytes at most. */
  static final int LEAST_NEW_BYTES = 16 * 1024;

  /** 32 batches are 8 MiB raw: 40 ms at 200 MB/s, two thirds of a second on a slow link. */
  static final int PERIOD_BATCHES = 32;

  /**
   * One with a worker and one ready for it. Four took a tenth longer for one of two recordings at
   * 400 Mbit/s, where two cores carried everything, for the same bytes.
   */
  static final int MOST_OF_SLOW_PATH = 2;

  /** 20 ms: as {@link CodecChoice} has it. */
  static final long FULL_QUEUE_NANOS = 20_000_000L;

  /** How much longer the next effort of {@link ZstdLaneCodec} takes, rounded up. */
  private static final double[] TIMES_OF_NEXT = {3.0, 2.0};

  private static final double MOST_BUSY_AFTER_RISE = 0.67;
  private static final double BUSY = 0.8;

  private static final int MOST_PERIODS = 64;

  /**
   * What the choice rests on.
   *
   * @param newBytes of the batch: literal bytes and whole pages
   * @param laneBatches that are with the lane or wait for it
   * @param queueNanos how long what the link still has to carry waits for it; negative while the
   *     path is not full
   * @param isLinkTheLimit whether that is known otherwise, though the link may be idle now
   * @param isRateKnown whether the path was seen full; before, what queues says nothing of its rate
   */
  public record Facts(
      int newBytes,
      int laneBatches,
      long queueNanos,
      boolean isLinkTheLimit,
      boolean isRateKnown) {}

  private int effort;
  private int periodBatches;
  private int fullBatches;
  private long busyNanos;
  private long periodStartNanos;
  private int periodsUntilRise;
  private int periodsAfterFall = 1;

  /**
   * @param nowNanos of a clock that never goes back
   */
  public LaneChoice(long nowNanos) {
    periodStartNanos = nowNanos;
  }

  /** An effort, or {@link #ALONE}. */
  public int choose(Facts facts) {
    boolean isFull = facts.queueNanos() > FULL_QUEUE_NANOS;
    int most = facts.isLinkTheLimit() ? MOST_OF_SLOW_PATH : 1;
    boolean isLate = !isFull && facts.laneBatches() >= most;
    if (facts.newBytes() < LEAST_NEW_BYTES || isLate) {
      return ALONE;
    }
    periodBatches++;
    fullBatches += isFull && facts.isRateKnown() ? 1 : 0;
    return effort;
  }

  /** A batch was in the lane, and with it a worker, from one time to the other. */
  public void encoded(long startNanos, long endNanos) {
    busyNanos += endNanos - startNanos;
    if (periodBatches >= PERIOD_BATCHES) {
      look((double) busyNanos / Math.max(1, endNanos - periodStartNanos));
      periodStartNanos = endNanos;
      periodBatches = 0;
      fullBatches = 0;
      busyNanos = 0;
    }
  }

  private void look(double busyShare) {
    boolean wasFull = fullBatches * 4 >= periodBatches * 3;
    if (effort > 0 && busyShare > BUSY) {
      effort--;
      periodsUntilRise = periodsAfterFall;
      periodsAfterFall = Math.min(2 * periodsAfterFall, MOST_PERIODS);
    } else if (periodsUntilRise > 0) {
      periodsUntilRise--;
    } else if (effort < TIMES_OF_NEXT.length
        && wasFull
        && busyShare * TIMES_OF_NEXT[effort] <= MOST_BUSY_AFTER_RISE) {
      effort++;
    }
  }
}
