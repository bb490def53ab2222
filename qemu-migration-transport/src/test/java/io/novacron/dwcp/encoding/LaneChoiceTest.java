package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.LaneChoice.Facts;
import org.junit.jupiter.api.Test;

class LaneChoiceTest {
  private static final int BATCH = 256 * 1024;
  private static final long FULL = 40_000_000;
  private static final long DRY = 1_000_000;

  private final LaneChoice choice = new LaneChoice(0);
  private long nowNanos;
  private boolean isRateKnown = true;

  /** One batch after another, each a millisecond in the lane and some away from it. */
  private int afterPeriods(int periods, long queueNanos, double busyShare) {
    int effort = choice.choose(new Facts(BATCH, 0, queueNanos, true, isRateKnown));
    for (int batch = 0; batch < periods * LaneChoice.PERIOD_BATCHES; batch++) {
      long start = nowNanos + (long) (1_000_000 / busyShare) - 1_000_000;
      nowNanos = start + 1_000_000;
      choice.encoded(start, nowNanos);
      effort = choice.choose(new Facts(BATCH, 0, queueNanos, true, isRateKnown));
    }
    return effort;
  }

  @Test
  void leavesSmallBatchesAlone() {
    assertEquals(
        LaneChoice.ALONE,
        choice.choose(new Facts(LaneChoice.LEAST_NEW_BYTES - 1, 0, FULL, true, true)));
    assertEquals(0, choice.choose(new Facts(LaneChoice.LEAST_NEW_BYTES, 0, FULL, true, true)));
  }

  @Test
  void waitsForTheLaneWhileTheLinkHasEnoughToCarry() {
    assertEquals(0, choice.choose(new Facts(BATCH, 5, FULL, false, true)));
  }

  @Test
  void takesABusyLaneForNothingWhileTheLinkIsDry() {
    assertEquals(0, choice.choose(new Facts(BATCH, 0, DRY, false, true)));
    assertEquals(LaneChoice.ALONE, choice.choose(new Facts(BATCH, 1, DRY, false, true)));
    assertEquals(0, choice.choose(new Facts(BATCH, 1, DRY, true, true)));
    int most = LaneChoice.MOST_OF_SLOW_PATH;
    assertEquals(LaneChoice.ALONE, choice.choose(new Facts(BATCH, most, DRY, true, true)));
  }

  @Test
  void raisesTheEffortWhileTheLinkIsFullAndTheLaneIdle() {
    assertEquals(1, afterPeriods(1, FULL, 0.1));
    assertEquals(2, afterPeriods(1, FULL, 0.1));
    assertEquals(2, afterPeriods(10, FULL, 0.1));
  }

  @Test
  void raisesNoEffortThatTheLaneHasNoTimeFor() {
    assertEquals(0, afterPeriods(20, FULL, 0.4));
    assertEquals(0, afterPeriods(20, DRY, 0.1));
  }

  @Test
  void raisesNoEffortBeforeThePathWasSeenFull() {
    isRateKnown = false;
    assertEquals(0, afterPeriods(20, FULL, 0.1));
    isRateKnown = true;
    assertEquals(1, afterPeriods(1, FULL, 0.1));
  }

  @Test
  void lowersTheEffortWhenTheLaneIsBusyWhateverTheLinkHasToCarry() {
    afterPeriods(2, FULL, 0.1);
    assertEquals(2, afterPeriods(3, DRY, 0.3));
    assertEquals(2, afterPeriods(3, FULL, 0.7));
    assertEquals(1, afterPeriods(1, FULL, 0.95));
    assertEquals(0, afterPeriods(1, DRY, 0.95));
    assertEquals(0, afterPeriods(5, FULL, 0.95));
  }

  @Test
  void changesLessAndLessOftenWhereEachRiseIsAMistake() {
    int changes = 0;
    int effort = 0;
    for (int period = 0; period < 400; period++) {
      int next = effort == 0 ? afterPeriods(1, FULL, 0.1) : afterPeriods(1, DRY, 0.95);
      changes += next == effort ? 0 : 1;
      effort = next;
    }
    assertTrue(changes < 40, changes + " changes in 400 periods, each of which costs the window");
  }
}
