package io.novacron.dwcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.congestion.SimulatedSenders.Sender;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendTurnTest {
  private static final long START_NANOS = -7_000_000_000L;
  private static final long MB = 1_000_000;
  private static final int FRAME_BYTES = 64 * 1024;

  /** The largest frame: a batch that did not shrink. */
  private static final int LARGE_BYTES = 256 * 1024;

  /** Timers of an idle host are late by some tens of microseconds, of a busy one by more. */
  private static final long LATE_MICROS = 700;

  private final SimulatedSenders senders = new SimulatedSenders(20261123, START_NANOS, LATE_MICROS);

  private static RateLimit limit(long megabytesPerSecond) {
    return new RateLimit(megabytesPerSecond * MB, START_NANOS);
  }

  private static void assertNear(double expected, double seen, double tolerance, String what) {
    assertTrue(
        Math.abs(seen - expected) <= tolerance * expected,
        what + ": " + seen + ", expected " + expected + " within " + 100 * tolerance + " %");
  }

  @Test
  void letsARateThroughWithinAPerCent() {
    for (long megabytes : new long[] {1, 10, 100, 1000}) {
      Sender sender = senders.add(new SendLimits(limit(megabytes), RateLimit.none()), FRAME_BYTES);
      senders.runMillis(100);
      long before = sender.sentBytes();
      senders.runMillis(10_000);
      double rate = (double) (sender.sentBytes() - before) / 10;
      assertNear((double) (megabytes * MB), rate, 0.01, megabytes + " MB/s");
      senders.remove(sender);
    }
  }

  @Test
  void givesTwoMigrationsToOnePeerTheSameBytesWhateverTheSizeOfTheirFrames() {
    SendLimits shared = new SendLimits(limit(10), RateLimit.none());
    Sender small = senders.add(shared, 3_000);
    Sender large = senders.add(shared, LARGE_BYTES);
    senders.runMillis(10_000);
    assertNear((double) large.sentBytes(), (double) small.sentBytes(), 0.03, "small frames");
    assertNear(100.0 * MB, (double) (small.sentBytes() + large.sentBytes()), 0.02, "together");
  }

  @Test
  void sharesTheHostsLimitFairlyAmongManyMigrationsToManyPeers() {
    RateLimit host = limit(100);
    List<Sender> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(senders.add(new SendLimits(limit(80), host), FRAME_BYTES));
    }
    senders.runMillis(20_000);
    for (Sender each : all) {
      assertNear(100.0 * MB, (double) each.sentBytes(), 0.05, "one of twenty");
    }
    assertNear(20 * 100.0 * MB, (double) host.sentBytes(), 0.01, "all");
  }

  @Test
  void givesWhatAPeerUnderATighterLimitLeavesToTheOthers() {
    RateLimit host = limit(50);
    Sender tight = senders.add(new SendLimits(limit(5), host), FRAME_BYTES);
    Sender wide = senders.add(new SendLimits(RateLimit.none(), host), FRAME_BYTES);
    senders.runMillis(10_000);
    assertNear(50.0 * MB, (double) tight.sentBytes(), 0.02, "under 5 MB/s");
    assertNear(450.0 * MB, (double) wide.sentBytes(), 0.02, "the rest");
  }

  @Test
  void followsALimitThatChangesInTheMiddle() {
    RateLimit peer = limit(10);
    Sender sender = senders.add(new SendLimits(peer, RateLimit.none()), FRAME_BYTES);
    senders.runMillis(5_000);
    long before = sender.sentBytes();
    peer.change(40 * MB, senders.nowNanos());
    senders.runMillis(5_000);
    assertNear(200.0 * MB, (double) (sender.sentBytes() - before), 0.01, "raised");
    before = sender.sentBytes();
    peer.change(2 * MB, senders.nowNanos());
    senders.runMillis(5_000);
    assertNear(10.0 * MB, (double) (sender.sentBytes() - before), 0.02, "lowered");
  }

  @Test
  void countsAReservationThatWaitedUnderTheFormerRateAtTheNewOne() {
    RateLimit peer = new RateLimit(RateLimit.LEAST_BYTES_PER_SECOND, START_NANOS);
    SendTurn turn = new SendTurn(new SendLimits(peer, RateLimit.none()));
    while (turn.advance(START_NANOS)) {
      turn.spend(LARGE_BYTES);
    }
    assertTrue(turn.waitNanos(START_NANOS) > 100_000_000L, "16 KiB at 125 kB/s");
    peer.change(1000 * MB, START_NANOS);
    assertTrue(turn.waitNanos(START_NANOS) < 100_000L);
    peer.change(RateLimit.NONE, START_NANOS);
    assertEquals(0, turn.waitNanos(START_NANOS));
    assertTrue(turn.advance(START_NANOS));
  }

  @Test
  void takesALimitThatComesAfterNone() {
    RateLimit peer = RateLimit.none();
    SendTurn turn = new SendTurn(new SendLimits(peer, RateLimit.none()));
    assertTrue(turn.advance(START_NANOS));
    turn.spend(1L << 40);
    Sender sender = senders.add(new SendLimits(peer, RateLimit.none()), FRAME_BYTES);
    peer.change(10 * MB, senders.nowNanos());
    senders.runMillis(10_000);
    assertNear(100.0 * MB, (double) sender.sentBytes(), 0.02, "limited late");
  }

  @Test
  void sendsOneBurstAfterAPauseHoweverLongItWas() {
    SendLimits limits = new SendLimits(limit(100), RateLimit.none());
    Sender sender = senders.add(limits, FRAME_BYTES);
    senders.runMillis(100);
    senders.sleepMillis(3_600_000);
    senders.runMillis(100);
    long burstBytes = 100 * MB * RateLimit.BURST_NANOS / 1_000_000_000L;
    assertTrue(
        sender.largestBurstBytes() <= burstBytes + 2 * limits.quantumBytes() + FRAME_BYTES,
        sender.largestBurstBytes() + " bytes at once");
  }

  @Test
  void losesNothingToTimersThatAreLateByLessThanABurst() {
    SimulatedSenders late = new SimulatedSenders(1, START_NANOS, 8_000);
    Sender sender = late.add(new SendLimits(limit(100), RateLimit.none()), FRAME_BYTES);
    late.runMillis(10_000);
    assertNear(1000.0 * MB, (double) sender.sentBytes(), 0.01, "timers up to 8 ms late");
  }

  @Test
  void grantsNothingWhileTheClockStandsStillOrGoesBackAndGoesOnAfterIt() {
    SendTurn turn = new SendTurn(new SendLimits(limit(10), RateLimit.none()));
    while (turn.advance(START_NANOS)) {
      turn.spend(FRAME_BYTES);
    }
    assertFalse(turn.advance(START_NANOS));
    assertFalse(turn.advance(START_NANOS - 3_600_000_000_000L));
    assertTrue(turn.advance(START_NANOS + turn.waitNanos(START_NANOS)));
  }

  @Test
  void makesOthersPayForWhatCannotWait() {
    RateLimit peer = limit(10);
    SendLimits limits = new SendLimits(peer, RateLimit.none());
    Sender sender = senders.add(limits, FRAME_BYTES);
    for (int i = 0; i < 1000; i++) {
      limits.overdraw(4_000, senders.nowNanos());
      senders.runMillis(10);
    }
    assertNear(96.0 * MB, (double) sender.sentBytes(), 0.02, "4 MB went past it");
  }

  @Test
  void forgivesADebtBeyondASecond() {
    SendLimits limits = new SendLimits(limit(1), RateLimit.none());
    for (int i = 0; i < 1000; i++) {
      limits.overdraw(MB, START_NANOS);
    }
    SendTurn turn = new SendTurn(limits);
    assertFalse(turn.advance(START_NANOS));
    assertTrue(turn.waitNanos(START_NANOS) <= 2_000_000_000L, turn.waitNanos(START_NANOS) + " ns");
  }

  @Test
  void waitsForNothingWithoutALimit() {
    SendTurn turn = new SendTurn(SendLimits.none());
    for (int i = 0; i < 100_000; i++) {
      assertTrue(turn.advance(START_NANOS));
      turn.spend(16 * 1024);
    }
    assertFalse(SendLimits.none().isLimited());
  }
}
