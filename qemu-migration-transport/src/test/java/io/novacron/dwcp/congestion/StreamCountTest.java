package io.novacron.dwcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamCountTest {
  private static final StreamBounds BOUNDS = new StreamBounds(4, 8, 32);
  private static final double MEGABYTE = 1e6;

  /**
   * A link that carries so much, and so much in each stream; what is measured scatters by some
   * percent. Looked at four times a second; a stream that is missing is there at the next look.
   */
  private static final class Link {
    private static final long LOOK_NANOS = 250_000_000L;

    final StreamCount count;
    private final Random random = new Random(20_261_123);

    /** System.nanoTime() may be anything, and negative. */
    private long nowNanos = Long.MIN_VALUE / 4;

    private double linkRate;
    private double streamRate;
    private double sourceRate = Double.MAX_VALUE;
    private int mostLive = Integer.MAX_VALUE;
    private boolean isLossy;
    private int live;
    private double bytes;
    private double fullBytes;

    Link(StreamBounds bounds) {
      this.count = new StreamCount(bounds, nowNanos);
    }

    /** Bytes per second: of all streams together at most, of each stream. */
    void carries(double all, double each) {
      isLossy = false;
      linkRate = all;
      streamRate = each;
    }

    /** The same on a path that loses packets whatever is sent. */
    void loses(double all, double each) {
      carries(all, each);
      isLossy = true;
    }

    /** What the guest gives, in bytes per second. */
    void source(double rate) {
      sourceRate = rate;
    }

    void runSeconds(double seconds) {
      long endNanos = nowNanos + (long) (seconds * 1e9);
      while (nowNanos < endNanos) {
        nowNanos += LOOK_NANOS;
        int used = Math.min(live, count.target());
        double path = Math.min(linkRate, used * streamRate) * (0.96 + 0.08 * random.nextDouble());
        double passed = Math.min(path, sourceRate) * LOOK_NANOS / 1e9;
        bytes += passed;
        fullBytes += sourceRate > path ? passed : 0;
        live = Math.min(mostLive, Math.max(live, count.target()));
        count.look(
            new StreamCount.Load((long) bytes, (long) fullBytes, 40_000_000L, isLossy),
            live,
            nowNanos);
      }
    }
  }

  private final Link link = new Link(BOUNDS);

  @Test
  void takesAsManyAsItMayWhereEachCarriesLittle() {
    link.loses(37 * MEGABYTE, 0.5 * MEGABYTE);
    link.runSeconds(5);
    assertEquals(32, link.count.target());
    double before = link.bytes;
    link.runSeconds(300);
    assertTrue(link.bytes - before > 0.97 * 300 * 32 * 0.5 * MEGABYTE, "trials cost little");
    assertEquals(32, link.count.target());
  }

  @Test
  void takesNoneAwayFromAPathThatLosesPackets() {
    link.loses(6 * MEGABYTE, 0.7 * MEGABYTE);
    for (int look = 0; look < 1000; look++) {
      link.runSeconds(0.25);
      assertTrue(link.count.target() >= 8);
    }
  }

  @Test
  void addsNoneToAPathThatLosesNothing() {
    link.carries(37 * MEGABYTE, 0.5 * MEGABYTE);
    for (int look = 0; look < 1000; look++) {
      link.runSeconds(0.25);
      assertTrue(link.count.target() <= 8);
    }
  }

  @Test
  void stopsWhereTheLinkIsFull() {
    link.loses(6 * MEGABYTE, 0.5 * MEGABYTE);
    link.runSeconds(10);
    assertTrue(link.count.target() == 16 || link.count.isTrial(), "at " + link.count.target());
  }

  @Test
  void givesUpStreamsThatBringNothing() {
    link.carries(37 * MEGABYTE, 30 * MEGABYTE);
    link.runSeconds(20);
    int four = 0;
    for (int second = 0; second < 100; second++) {
      link.runSeconds(1);
      four += link.count.target() == 4 ? 1 : 0;
    }
    assertTrue(four > 90, four + " of 100 s; trials take the others");
  }

  @Test
  void costsLittleWhereTheFirstCountIsRight() {
    link.carries(37 * MEGABYTE, 5 * MEGABYTE);
    link.runSeconds(300);
    assertTrue(link.bytes > 0.97 * 300 * 37 * MEGABYTE, "was " + link.bytes / 300);
  }

  @Test
  void noticesAPathThatBeganToLosePackets() {
    link.carries(37 * MEGABYTE, 30 * MEGABYTE);
    link.runSeconds(30);
    link.loses(37 * MEGABYTE, 0.5 * MEGABYTE);
    link.runSeconds(10);
    assertEquals(32, link.count.target());
  }

  @Test
  void concludesNothingFromAGuestThatHasLittleToSend() {
    link.loses(37 * MEGABYTE, 2 * MEGABYTE);
    link.source(4 * MEGABYTE);
    link.runSeconds(300);
    assertEquals(8, link.count.target());
  }

  @Test
  void endsATrialWhereItBeganIfTheGuestHasNothingToSendAnyMore() {
    link.loses(37 * MEGABYTE, 0.5 * MEGABYTE);
    while (!link.count.isTrial()) {
      link.runSeconds(0.25);
    }
    link.source(0);
    link.runSeconds(5);
    assertEquals(8, link.count.target());
  }

  @Test
  void endsATrialForWhichThePeerTakesNoStreams() {
    link.mostLive = 8;
    link.loses(37 * MEGABYTE, 0.5 * MEGABYTE);
    while (!link.count.isTrial()) {
      link.runSeconds(0.25);
    }
    assertEquals(16, link.count.target());
    link.runSeconds(6);
    assertEquals(8, link.count.target());
  }

  @Test
  void beginsTheNextSessionWithWhatItFound() {
    link.loses(37 * MEGABYTE, 0.5 * MEGABYTE);
    link.runSeconds(5);
    link.count.restart();
    assertEquals(32, link.count.target());
  }

  @Test
  void leavesACountAloneThatIsFixed() {
    Link fixed = new Link(StreamBounds.fixed(8));
    fixed.loses(37 * MEGABYTE, 0.5 * MEGABYTE);
    fixed.runSeconds(60);
    assertEquals(8, fixed.count.target());
  }

  @Test
  void refusesBoundsThatContradictEachOther() {
    assertThrows(IllegalArgumentException.class, () -> new StreamBounds(0, 8, 32));
    assertThrows(IllegalArgumentException.class, () -> new StreamBounds(9, 8, 32));
    assertThrows(IllegalArgumentException.class, () -> new StreamBounds(4, 8, 7));
  }
}
