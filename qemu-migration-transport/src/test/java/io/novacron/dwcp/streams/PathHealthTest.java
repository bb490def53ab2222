package io.novacron.dwcp.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PathHealthTest {
  private static final long SEGMENT = 1448;
  private static final long MILLI = 1_000_000;
  private static final long MIN_RTT = 40 * MILLI;

  /** System.nanoTime() may be anything, and negative. */
  private long nowNanos = Long.MIN_VALUE / 4;

  private final PathHealth health = new PathHealth();
  private final KernelLink first = new KernelLink();
  private final KernelLink second = new KernelLink();
  private long sentBytes;

  /** A connection of which only the kernel's word counts. */
  private static final class KernelLink implements StreamLink {
    long rttNanos = MIN_RTT;
    long retransmittedBytes;

    @Override
    public TcpState tcp() {
      return new TcpState(rttNanos, retransmittedBytes);
    }

    @Override
    public boolean canSend() {
      return true;
    }

    @Override
    public long unconfirmedBytes() {
      return 0;
    }

    @Override
    public void send(OutboundFrame frame) {}

    @Override
    public void close(String reason) {}
  }

  /** A quarter of a second in which so many segments are sent, and so many of them again. */
  private void look(long segments, long lost) {
    sentBytes += segments * SEGMENT;
    first.retransmittedBytes += lost * SEGMENT;
    nowNanos += 250 * MILLI;
    health.look(List.of(first, second), sentBytes, MIN_RTT, nowNanos);
  }

  private void rtt(long millis) {
    first.rttNanos = millis * MILLI;
    second.rttNanos = millis * MILLI;
  }

  @Test
  void takesLossWhileNothingQueuesForThePathsOwn() {
    look(1000, 10);
    assertTrue(health.isLossy());
    assertEquals(10 * SEGMENT, health.retransmittedBytes());
    assertEquals(MIN_RTT, health.rttNanos());
  }

  @Test
  void takesLossOfAFullQueueForNoneOfThePath() {
    rtt(90);
    for (int i = 0; i < 20; i++) {
      look(1000, 30);
    }
    assertFalse(health.isLossy());
    assertEquals(600 * SEGMENT, health.retransmittedBytes());
  }

  @Test
  void takesAPacketNowAndThenForNothing() {
    for (int i = 0; i < 100; i++) {
      look(10_000, i % 4 == 0 ? 1 : 0);
      assertFalse(health.isLossy());
    }
  }

  @Test
  void keepsItsJudgementWhileAQueueHidesThePathAndForgetsItAfterTenSeconds() {
    look(1000, 10);
    rtt(90);
    for (int i = 0; i < 40; i++) {
      look(1000, 10);
      assertTrue(health.isLossy());
    }
    look(1000, 10);
    assertFalse(health.isLossy());
  }

  @Test
  void noticesThatALinkWasMended() {
    look(1000, 10);
    for (int i = 0; i < 7; i++) {
      look(1000, 0);
      assertTrue(health.isLossy());
    }
    look(1000, 0);
    assertFalse(health.isLossy());
  }

  @Test
  void countsWhatDeadStreamsSentAgainAndWhatNewOnesDo() {
    look(1000, 10);
    KernelLink third = new KernelLink();
    third.retransmittedBytes = 5 * SEGMENT;
    health.look(List.of(second, third), sentBytes, MIN_RTT, nowNanos);
    health.look(List.of(second, third), sentBytes, MIN_RTT, nowNanos);
    assertEquals(15 * SEGMENT, health.retransmittedBytes());
  }
}
