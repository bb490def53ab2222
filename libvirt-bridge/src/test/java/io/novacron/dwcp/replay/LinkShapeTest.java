package io.novacron.dwcp.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinkShapeTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void readsRateRoundTripAndLoss() {
    assertEquals(new LinkShape(400_000_000, 40, 0), LinkShape.parse("400mbit,40ms"));
    assertEquals(new LinkShape(1_500_000_000, 2000, 0.5), LinkShape.parse("1.5gbit,2s,0.5%"));
    assertEquals(new LinkShape(100_000, 0, 1), LinkShape.parse("100KBIT,0ms,1"));
  }

  @Test
  void refusesEverythingElse() {
    for (String wrong :
        List.of(
            "",
            "400mbit",
            "400,40ms",
            "400mbit,40",
            "-1mbit,40ms",
            "400mbit,40ms,",
            "400mbit,40ms,51%",
            "99kbit,40ms",
            "101gbit,1ms",
            "400mbit,10001ms",
            "0mbit,1ms")) {
      assertThrows(IllegalArgumentException.class, () -> LinkShape.parse(wrong), wrong);
    }
  }

  @Test
  void carriesTheRateBehindHalfARoundTrip() {
    LinkSchedule schedule = schedule(new LinkShape(8_000_000, 40, 0));
    assertEquals(20_000_000 + SECOND / 10, schedule.enter(100_000, 0));
    assertEquals(20_000_000 + SECOND / 5, schedule.enter(100_000, 0));
    assertEquals(5 * SECOND + 20_000_000 + 1000, schedule.enter(1, 5 * SECOND));
  }

  @Test
  void isFullWhileMoreThanItsQueueWaits() {
    LinkSchedule schedule = schedule(new LinkShape(8_000_000, 40, 0));
    schedule.enter(50_000, 0);
    assertEquals(0, schedule.fullNanos(0));
    schedule.enter(50_000, 0);
    assertEquals(50_000_000, schedule.fullNanos(0));
    assertEquals(0, schedule.fullNanos(50_000_000));
  }

  @Test
  void losesAsManyPacketsAsItShould() {
    LinkShape shape = new LinkShape(8_000_000_000L, 40, 10);
    LinkSchedule schedule = schedule(shape);
    int late = 0;
    for (int i = 0; i < 10_000; i++) {
      long now = i * SECOND;
      late += schedule.enter(1448, now) - now > shape.roundTripNanos() ? 1 : 0;
    }
    assertEquals(1000, late, 100);
  }

  private static LinkSchedule schedule(LinkShape shape) {
    return new LinkSchedule(shape, 0, new Random(1));
  }
}
