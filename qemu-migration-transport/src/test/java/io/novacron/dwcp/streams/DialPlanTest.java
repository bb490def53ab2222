package io.novacron.dwcp.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DialPlanTest {
  private static final long MILLI = 1_000_000L;
  private static final long START = -5_000 * MILLI;
  private final DialPlan plan = new DialPlan();

  @Test
  void dialsAllThatAreMissingWhileSomeLive() {
    assertEquals(7, plan.due(8, 1, 0, START));
    assertEquals(0, plan.due(8, 1, 7, START));
    assertEquals(0, plan.due(8, 8, 0, START));
    assertEquals(3, plan.due(8, 4, 1, START + 250 * MILLI));
  }

  @Test
  void doesNotDialWithoutEndWhatEndsAtOnce() {
    int dialled = 0;
    for (long at = START; at < START + 1000 * MILLI; at += MILLI) {
      dialled += plan.due(8, 1, 0, at);
    }
    assertEquals(4 * 8, dialled);
  }

  @Test
  void waitsASecondAfterAnAttemptThatFailed() {
    plan.failed(START);
    assertEquals(0, plan.due(8, 4, 0, START + 999 * MILLI));
    assertEquals(4, plan.due(8, 4, 0, START + 1000 * MILLI));
  }

  @Test
  void probesADeadLinkTwiceASecondWhateverBecameOfFormerAttempts() {
    int dialing = 0;
    int dialled = 0;
    for (long at = START; at < START + 4000 * MILLI; at += 250 * MILLI) {
      int due = plan.due(8, 0, dialing, at);
      dialing += due;
      dialled += due;
      if (dialing == 6) { // the first of six in flight runs into its time limit of 3 s
        dialing--;
        plan.failed(at);
      }
    }
    assertEquals(8, dialled);
  }

  @Test
  void neverHasMoreInFlightThanItWants() {
    assertEquals(0, plan.due(8, 0, 8, START));
    assertEquals(1, plan.due(8, 0, 7, START));
  }
}
