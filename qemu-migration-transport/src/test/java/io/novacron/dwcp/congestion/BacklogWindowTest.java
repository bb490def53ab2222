package io.novacron.dwcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BacklogWindowTest {
  private static final long CEILING_BYTES = 256L << 20;
  private static final long MEGABYTE = 1_000_000;

  /** System.nanoTime() may be anything, and negative. */
  private static final long START_NANOS = Long.MIN_VALUE / 4;

  private final BacklogWindow window = window(CEILING_BYTES);
  private final SimulatedTransfer transfer = new SimulatedTransfer(window, START_NANOS);

  private static BacklogWindow window(long ceilingBytes) {
    return new BacklogWindow(ceilingBytes, START_NANOS, PathRate.UNKNOWN);
  }

  private static long targetBytes(long bytesPerSecond, long millisRtt) {
    return bytesPerSecond * (millisRtt + 40) / 1000;
  }

  private static void assertNear(long expected, long seen, long tolerated, String when) {
    assertTrue(
        Math.abs(seen - expected) <= tolerated,
        () -> "expected " + expected + " +- " + tolerated + ", was " + seen + ": " + when);
  }

  /** Within a tenth and a frame. */
  private void assertWindow(long expectedBytes, String when) {
    long tolerated = expectedBytes / 10 + SimulatedTransfer.FRAME_BYTES;
    assertNear(expectedBytes, window.bytes(), tolerated, when);
  }

  /**
   * Epochs until the window is right: startup doubles what is under way in each; one more measures
   * the whole rate, one sees that it rose no more, and one drains what was too much.
   */
  private static long startupMillis(long bytesPerSecond, long millisRtt) {
    double doublings =
        Math.log((double) targetBytes(bytesPerSecond, millisRtt) / BacklogWindow.INITIAL_BYTES)
            / Math.log(2);
    long epochMillis = Math.max(150, 2 * millisRtt) + 50;
    return (4 + (long) Math.ceil(Math.max(0, doublings))) * epochMillis;
  }

  @Test
  void findsRateTimesRttAndTargetWithinItsStartupOnEveryLink() {
    for (long megabytesPerSecond : new long[] {10, 50, 125, 1250}) {
      for (long millisRtt : new long[] {1, 10, 40, 80, 150}) {
        BacklogWindow fresh = window(CEILING_BYTES);
        SimulatedTransfer link = new SimulatedTransfer(fresh, START_NANOS);
        long rate = megabytesPerSecond * MEGABYTE;
        link.link(rate, millisRtt);
        long millis = startupMillis(rate, millisRtt);
        link.runMillis(millis);
        long expected = targetBytes(rate, millisRtt);
        assertNear(
            expected,
            fresh.bytes(),
            expected / 10 + 2 * SimulatedTransfer.FRAME_BYTES,
            megabytesPerSecond + " MB/s, " + millisRtt + " ms, after " + millis + " ms");
      }
    }
  }

  @Test
  void keepsTheLinkBusyWithoutAQueueOfMoreThanItsTarget() {
    transfer.link(50 * MEGABYTE, 40);
    transfer.runMillis(1000);
    long before = transfer.deliveredBytes();
    transfer.runMillis(3000);
    long delivered = transfer.deliveredBytes() - before;
    assertNear(150 * MEGABYTE, delivered, 2 * MEGABYTE, "in 3 s");
    long most = targetBytes(50 * MEGABYTE, 40) + 2 * SimulatedTransfer.FRAME_BYTES;
    assertTrue(transfer.backlogBytes() <= most, transfer.backlogBytes() + " B");
  }

  @Test
  void doesNotGrowOnItsOwnQueueInAMinute() {
    transfer.link(50 * MEGABYTE, 40);
    transfer.runMillis(2000);
    for (int second = 3; second <= 60; second++) {
      transfer.runMillis(1000);
      assertTrue(
          window.bytes() <= targetBytes(50 * MEGABYTE, 40) * 11 / 10,
          "after " + second + " s: " + window.bytes() + " B, rtt " + window.minRttNanos());
    }
    assertNear(60 * 50 * MEGABYTE, transfer.deliveredBytes(), 40 * MEGABYTE, "in a minute");
  }

  @Test
  void endsItsStartupBeforeMoreThanTwoRoundTripsAreUnderWay() {
    transfer.link(50 * MEGABYTE, 100);
    long most = 0;
    for (int step = 0; step < 500; step++) {
      transfer.runMillis(10);
      most = Math.max(most, transfer.backlogBytes());
    }
    assertTrue(most <= 2 * 50 * MEGABYTE / 10 * 11 / 10, most + " B under way");
    assertWindow(targetBytes(50 * MEGABYTE, 100), "after 5 s");
  }

  @Test
  void staysInStartupWhileTheSourceOfDataIsTheLimit() {
    transfer.link(50 * MEGABYTE, 150);
    transfer.source(MEGABYTE);
    transfer.runMillis(4000);
    transfer.source(Long.MAX_VALUE);
    transfer.runMillis(9 * 350);
    assertWindow(targetBytes(50 * MEGABYTE, 150), "nine epochs after the source became fast");
  }

  @Test
  void doesNotTakeAFilledHoleForAFasterLink() {
    transfer.link(50 * MEGABYTE, 40);
    transfer.holes(310, 40);
    transfer.runMillis(2000);
    for (int second = 3; second <= 20; second++) {
      transfer.runMillis(1000);
      assertTrue(
          window.bytes() <= targetBytes(50 * MEGABYTE, 40) * 4 / 3,
          "after " + second + " s: " + window.bytes() + " B");
    }
  }

  @Test
  void tellsHowLongBytesWaitBeyondThePathsOwnRoundTrip() {
    assertEquals(BacklogWindow.TARGET_NANOS, window.queueNanos(5 * MEGABYTE), "nothing known");
    transfer.link(50 * MEGABYTE, 40);
    transfer.runMillis(20_000);
    assertNear(60_000_000, window.queueNanos(5 * MEGABYTE), 5_000_000, "100 ms of the link");
    assertNear(-20_000_000, window.queueNanos(MEGABYTE), 5_000_000, "20 ms of the link");
  }

  @Test
  void doesNotShrinkWhileTheSourceOfDataIsTheLimit() {
    transfer.link(50 * MEGABYTE, 40);
    transfer.runMillis(2000);
    transfer.source(MEGABYTE);
    transfer.runMillis(4000);
    assertWindow(targetBytes(50 * MEGABYTE, 40), "after 4 s at a fiftieth of the link");
  }

  @Test
  void growsOnSamplesThatTheSourceOfDataLimited() {
    transfer.link(100 * MEGABYTE, 10);
    transfer.source(2 * MEGABYTE);
    transfer.runMillis(2000);
    transfer.source(100 * MEGABYTE);
    transfer.runMillis(1000);
    assertWindow(targetBytes(100 * MEGABYTE, 10), "1 s after the source became fast");
  }

  @Test
  void doesNotShrinkWhileSomethingElseHoldsTheSenderBack() {
    transfer.link(50 * MEGABYTE, 40);
    transfer.runMillis(2000);
    transfer.link(10 * MEGABYTE, 40);
    for (int step = 0; step < 300; step++) {
      window.lacksData();
      transfer.runMillis(10);
    }
    assertWindow(targetBytes(50 * MEGABYTE, 40), "after 3 s at a fifth");
  }

  @Test
  void doesNotShrinkWhileIdle() {
    transfer.link(50 * MEGABYTE, 40);
    transfer.runMillis(2000);
    long before = window.bytes();
    transfer.source(1);
    transfer.runMillis(30_000);
    transfer.source(Long.MAX_VALUE);
    transfer.runMillis(60);
    assertWindow(before, "after half a minute without data");
  }

  @Test
  void believesASlowerLinkWithinASecondOfItsFirstSamples() {
    transfer.link(50 * MEGABYTE, 20);
    transfer.runMillis(2000);
    transfer.link(10 * MEGABYTE, 20);
    transfer.runMillis(1000 + 300 + 60);
    assertWindow(targetBytes(10 * MEGABYTE, 20), "after the link slowed");
  }

  @Test
  void believesAFasterLinkWithinSomeRoundTrips() {
    transfer.link(10 * MEGABYTE, 20);
    transfer.runMillis(2000);
    transfer.link(50 * MEGABYTE, 20);
    transfer.runMillis(500);
    assertWindow(targetBytes(50 * MEGABYTE, 20), "after the link became faster");
  }

  @Test
  void believesALongerPath() {
    transfer.link(50 * MEGABYTE, 20);
    transfer.runMillis(2000);
    transfer.link(50 * MEGABYTE, 120);
    transfer.runMillis(30_000);
    long before = transfer.deliveredBytes();
    transfer.runMillis(2000);
    long delivered = transfer.deliveredBytes() - before;
    assertNear(100 * MEGABYTE, delivered, 5 * MEGABYTE, "in 2 s");
  }

  @Test
  void startsWithTwoMebibytesAndFallsToTheFloorOnASlowLink() {
    assertEquals(BacklogWindow.INITIAL_BYTES, window.bytes());
    transfer.link(MEGABYTE / 8, 20);
    transfer.runMillis(33_000);
    assertEquals(BacklogWindow.FLOOR_BYTES, window.bytes());
  }

  /** A LAN: whatever comes is delivered before more comes. */
  @Test
  void knowsTheRateOfAPathThatIsNeverFull() {
    transfer.link(500 * MEGABYTE, 0);
    transfer.source(20 * MEGABYTE);
    transfer.runMillis(1000);
    double seen = window.rateBytesPerSecond();
    assertTrue(seen > 300 * MEGABYTE && seen <= 501 * MEGABYTE, seen + " B/s");
  }

  @Test
  void takesNoRateFromBytesThatWereUnderWayWhenTheEpochBegan() {
    long now = START_NANOS;
    window.acknowledged(1, 4 * MEGABYTE, window.mark(now, 0), now + 40_000_000);
    BacklogWindow.SendMark last = window.mark(now + 40_000_000, 4 * MEGABYTE);
    now += 200_000_000;
    window.acknowledged(4 * MEGABYTE, 3 * MEGABYTE, last, now); // an epoch of 20 MB/s ends
    now += 1_000_000;
    window.acknowledged(3 * MEGABYTE, 0, last, now); // the peer stood still, and drains

    assertNear(20 * MEGABYTE, (long) window.rateBytesPerSecond(), MEGABYTE, "not 3 GB/s");
  }

  @Test
  void takesHardlyAnythingForNoQueueWhileNothingIsKnown() {
    assertEquals(0, window.queueNanos(1000));
  }

  @Test
  void beginsWithWhatAnEarlierChannelFoundAndIsCorrectedByAFullEpoch() {
    assertEquals(PathRate.UNKNOWN, window.path());
    transfer.link(50 * MEGABYTE, 40);
    transfer.runMillis(2000);
    BacklogWindow next = new BacklogWindow(CEILING_BYTES, START_NANOS, window.path());
    assertNear(targetBytes(50 * MEGABYTE, 40), next.bytes(), MEGABYTE / 2, "at once");
    SimulatedTransfer slower = new SimulatedTransfer(next, START_NANOS);
    slower.link(10 * MEGABYTE, 40);
    slower.runMillis(3000);
    assertNear(targetBytes(10 * MEGABYTE, 40), next.bytes(), MEGABYTE / 4, "a slower link");
  }

  @Test
  void staysBelowTheCeiling() {
    BacklogWindow narrow = window(2 << 20);
    SimulatedTransfer link = new SimulatedTransfer(narrow, START_NANOS);
    link.link(1000 * MEGABYTE, 40);
    link.runMillis(3000);
    assertEquals(2 << 20, narrow.bytes());
  }

  @Test
  void takesACeilingBelowTheFloorForTheFloor() {
    assertEquals(BacklogWindow.FLOOR_BYTES, window(1).bytes());
  }

  /** Of a link of 300 Mbit/s and 80 ms, once it settled, when each third frame loses a packet. */
  private long lossyDelivered(long lossyBytes) {
    BacklogWindow fresh = window(CEILING_BYTES);
    SimulatedTransfer link = new SimulatedTransfer(fresh, START_NANOS);
    link.link(37 * MEGABYTE, 80);
    link.losses(3);
    fresh.lossy(lossyBytes);
    link.runMillis(10_000);
    long before = link.deliveredBytes();
    link.runMillis(10_000);
    return link.deliveredBytes() - before;
  }

  @Test
  void keepsALinkBusyThatLosesPacketsThoughAllWaitForWhatWasLost() {
    long lossyBytes = 12 * SimulatedTransfer.FRAME_BYTES;
    assertTrue(lossyDelivered(lossyBytes) > 350 * MEGABYTE);
    assertTrue(lossyDelivered(0) < 185 * MEGABYTE, "what it is when the loss is not known");
  }

  @Test
  void waitsNoLongerThanTwoRoundTripsMoreOnALossyLink() {
    transfer.link(37 * MEGABYTE, 80);
    transfer.losses(3);
    window.lossy(12 * SimulatedTransfer.FRAME_BYTES);
    transfer.runMillis(20_000);
    assertNear(37 * MEGABYTE * 280 / 1000, window.bytes(), MEGABYTE, "three round trips and 40 ms");
  }

  @Test
  void keepsAFrameAndAHalfOnEachStreamOfALossyLinkThatIsSlow() {
    transfer.link(MEGABYTE, 40);
    window.lossy(3 * MEGABYTE);
    transfer.runMillis(5000);
    assertEquals(3 * MEGABYTE, window.bytes());
    window.lossy(0);
    transfer.runMillis(5000);
    assertTrue(window.bytes() < MEGABYTE / 2, "was " + window.bytes());
  }
}
