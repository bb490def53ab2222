package io.novacron.dwcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IntakePaceTest {
  private static final long MEGABYTE = 1_000_000;
  private static final long MILLI_NANOS = 1_000_000;
  private static final int READ_BYTES = 256 * 1024;
  private static final double WIRE = 50 * MEGABYTE;

  /** System.nanoTime() may be anything, and negative. */
  private static final long START_NANOS = Long.MIN_VALUE / 4;

  private final IntakePace pace = new IntakePace(START_NANOS);
  private long nowNanos = START_NANOS;

  /** Takes all that may be taken in so many milliseconds, asked each of them. */
  private long taken(long millis, double wireBytesPerSecond, long firstPassBytesLeft) {
    long taken = 0;
    for (long i = 0; i < millis; i++) {
      nowNanos += MILLI_NANOS;
      while (pace.mayTake(nowNanos, wireBytesPerSecond, firstPassBytesLeft)) {
        pace.took(READ_BYTES);
        taken += READ_BYTES;
      }
    }
    return taken;
  }

  private void shrinkTo(double ratio, int batches) {
    for (int i = 0; i < batches; i++) {
      pace.encoded(READ_BYTES, (int) (READ_BYTES * ratio));
    }
  }

  private void endFirstPass() {
    pace.mayTake(nowNanos, WIRE, 1);
    pace.mayTake(nowNanos, WIRE, 0);
  }

  private static void assertNear(double expected, long seenBytes) {
    double seen = (double) seenBytes;
    assertTrue(
        Math.abs(seen - expected) <= expected / 20 + READ_BYTES,
        () -> "expected " + expected + ", was " + seen);
  }

  @Test
  void takesEverythingWhileTheWiresRateIsNotKnown() {
    for (int i = 0; i < 10_000; i++) {
      assertTrue(pace.mayTake(nowNanos, 0, 0));
      pace.took(READ_BYTES);
    }
  }

  @Test
  void takesNoMoreThanAQuarterAboveWhatTheWireCarriesOfUnknownPages() {
    assertNear(1.25 * WIRE / IntakePace.UNKNOWN_RATIO, taken(1000, WIRE, 0));
  }

  /** The measured case: QEMU must not believe 700 MB/s on a link of 50 MB/s. */
  @Test
  void doesNotLetPagesThatShrinkFortyFoldRaiseTheRateInTheFirstPass() {
    shrinkTo(1.0 / 40, 1000);
    assertNear(1.25 * WIRE / IntakePace.UNKNOWN_RATIO, taken(1000, WIRE, MEGABYTE));
  }

  @Test
  void takesWhatIsLeftOfTheFirstPassAsFastAsQemuStillWouldNotStopTheGuest() {
    long left = 1000 * MEGABYTE;
    long taken = taken(1000, WIRE, left);
    assertNear((double) left / 0.5, taken);
    double downtimeSeconds = (double) left / (double) taken;
    assertTrue(downtimeSeconds > 0.3, downtimeSeconds + " s, QEMU stops the guest at 0.3");
  }

  /** With 40 ms for the rest QEMU does not stop the guest in the middle of the first pass. */
  @Test
  void takesTheFirstPassFasterUnderALowDowntimeLimit() {
    pace.downtimeLimit(40 * MILLI_NANOS);
    shrinkTo(0.25, 1000);
    assertNear(1.25 * WIRE / 0.25, taken(1000, WIRE, MEGABYTE));

    long left = 1000 * MEGABYTE;
    long taken = taken(100, WIRE, left);
    double downtimeSeconds = (double) left / (10.0 * (double) taken);
    assertTrue(downtimeSeconds > 0.15 && downtimeSeconds < 0.2, downtimeSeconds + " s");
  }

  @Test
  void trustsTheRatioOfTheFirstPassTheLessTheLongerTheGuestMayStandStill() {
    shrinkTo(0.1, 1000);
    pace.downtimeLimit(1000 * MILLI_NANOS);
    assertNear(1.25 * WIRE / IntakePace.UNKNOWN_RATIO, taken(1000, WIRE, MEGABYTE));
    pace.downtimeLimit(75 * MILLI_NANOS);
    assertNear(1.25 * WIRE / (IntakePace.UNKNOWN_RATIO / 2), taken(1000, WIRE, MEGABYTE));
  }

  @Test
  void knowsWhenAllMemoryWasSentOnce() {
    assertFalse(pace.isFirstPassOver());
    pace.mayTake(nowNanos, WIRE, 1);
    assertFalse(pace.isFirstPassOver());
    pace.mayTake(nowNanos, WIRE, 0);
    assertTrue(pace.isFirstPassOver());
  }

  @Test
  void forgetsAtTheEndOfTheFirstPassHowItsPagesShrank() {
    shrinkTo(0.1, 1000);
    endFirstPass();
    assertNear(1.25 * WIRE / IntakePace.UNKNOWN_RATIO, taken(1000, WIRE, 0));
  }

  @Test
  void followsHowLaterPassesShrink() {
    endFirstPass();
    shrinkTo(0.2, 1000);
    assertNear(1.25 * WIRE / 0.2, taken(1000, WIRE, 0));
    shrinkTo(1, 1000);
    assertNear(1.25 * WIRE, taken(1000, WIRE, 0));
  }

  @Test
  void countsTheRatioThatFourOfFiveBatchesStayBelow() {
    endFirstPass();
    for (int i = 0; i < 500; i++) {
      shrinkTo(0.1, 7);
      shrinkTo(0.8, 3);
    }
    assertTrue(taken(1000, WIRE, 0) < 1.25 * WIRE / 0.6, "three of ten batches shrink to 0.8");
  }

  @Test
  void countsOnNoMoreThanATenth() {
    endFirstPass();
    shrinkTo(0.01, 10_000);
    assertNear(1.25 * WIRE / 0.1, taken(1000, WIRE, 0));
  }

  @Test
  void savesNoMoreThanOneBurstWhileNothingIsTaken() {
    taken(10, WIRE, 0);
    nowNanos += 60_000 * MILLI_NANOS;
    long burst = taken(1, WIRE, 0);
    double most = 0.02 * 1.25 * WIRE / IntakePace.UNKNOWN_RATIO;
    assertTrue(burst <= most + READ_BYTES, burst + " B at once");
  }

  @Test
  void saysHowLongToWaitAndThenAllows() {
    pace.mayTake(nowNanos, WIRE, 0);
    pace.took(4 * READ_BYTES);
    assertFalse(pace.mayTake(nowNanos, WIRE, 0));
    long waitNanos = pace.waitNanos();
    assertTrue(waitNanos >= MILLI_NANOS && waitNanos <= 20 * MILLI_NANOS, waitNanos + " ns");
    assertFalse(pace.mayTake(nowNanos + waitNanos / 4, WIRE, 0));
    assertTrue(pace.mayTake(nowNanos + waitNanos + MILLI_NANOS, WIRE, 0));
  }

  @Test
  void waitsNoLongerThanTwentyMilliseconds() {
    pace.mayTake(nowNanos, WIRE, 0);
    pace.took(1000 * (int) MEGABYTE);
    pace.mayTake(nowNanos, WIRE, 0);
    assertEquals(20 * MILLI_NANOS, pace.waitNanos());
  }
}
