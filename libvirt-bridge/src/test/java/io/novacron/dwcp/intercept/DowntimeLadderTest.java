package io.novacron.dwcp.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DowntimeLadderTest {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /** System.nanoTime() may be anything, and negative. */
  private static final long START_NANOS = Long.MIN_VALUE / 4;

  @Test
  void staysLowWhileTheFirstPassGoesOnHoweverLong() {
    DowntimeLadder ladder = new DowntimeLadder(40, 300);
    for (long second = 0; second < 1000; second++) {
      assertFalse(ladder.climbs(START_NANOS + second * SECOND_NANOS, false));
    }
    assertEquals(40, ladder.millis());
  }

  @Test
  void doublesEachSecondAfterTheFirstPassUpToWhatTheOperatorAllows() {
    DowntimeLadder ladder = new DowntimeLadder(40, 300);
    List<Long> seen = new ArrayList<>();
    for (long quarter = 0; quarter <= 40; quarter++) {
      if (ladder.climbs(START_NANOS + quarter * SECOND_NANOS / 4, true)) {
        seen.add(quarter);
        seen.add(ladder.millis());
      }
    }
    assertEquals(List.of(4L, 80L, 8L, 160L, 12L, 300L), seen);
    assertTrue(ladder.isAtTheTop());
  }

  @Test
  void neverAllowsMoreThanTheOperator() {
    DowntimeLadder ladder = new DowntimeLadder(40, 25);
    assertEquals(25, ladder.millis());
    assertTrue(ladder.isAtTheTop());
    assertFalse(ladder.climbs(START_NANOS, true));
    assertFalse(ladder.climbs(START_NANOS + 10 * SECOND_NANOS, true));
  }
}
