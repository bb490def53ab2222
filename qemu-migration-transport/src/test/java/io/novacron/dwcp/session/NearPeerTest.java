package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.congestion.BacklogWindow;
import io.novacron.dwcp.congestion.PathRate;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.streams.ChannelSender;
import io.novacron.dwcp.streams.StreamGroup;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.ManualClock;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import org.junit.jupiter.api.Test;

class NearPeerTest {
  private static final int PORT = 49152;
  private static final long NEAR_NANOS = 500_000;
  private static final long FAR_NANOS = 40_000_000;

  private final ManualClock clock = new ManualClock();
  private final EncodingPace pace = new EncodingPace();

  private ChannelSender sender(long rttNanos) {
    return sender(window(rttNanos));
  }

  private BacklogWindow window(long rttNanos) {
    return new BacklogWindow(1 << 26, clock.getAsLong(), PathRate.UNKNOWN.orAt(rttNanos));
  }

  private ChannelSender sender(BacklogWindow window) {
    StreamGroup group = new StreamGroup(SendLimits.none(), clock, (delayNanos, action) -> {});
    return new ChannelSender(1, 1, group, window, clock, () -> {});
  }

  @Test
  void getsTheFirstBatchesAsTheyAre() {
    ChannelSender near = sender(NEAR_NANOS);
    for (int i = 0; i < 100; i++) {
      assertTrue(pace.relays(near));
      assertEquals(0, pace.codec(near, 1).wireId());
    }
  }

  @Test
  void getsPagesAsSoonAsTheLinkIsTheLimit() {
    BacklogWindow window = window(NEAR_NANOS);
    ChannelSender near = sender(window);
    assertTrue(pace.relays(near));
    fill(window);
    pace.heldBack();
    pace.codec(near, 1);
    assertFalse(pace.relays(near));
  }

  /** The window was the limit for an epoch. */
  private void fill(BacklogWindow window) {
    BacklogWindow.SendMark mark = window.mark(clock.getAsLong(), window.bytes());
    clock.advanceMillis(200);
    window.acknowledged(1 << 20, window.bytes(), mark, clock.getAsLong());
  }

  @Test
  void isNotTakenForSlowForWhatItsSourceDidNotGiveIt() {
    ChannelSender near = sender(NEAR_NANOS);
    assertTrue(pace.relays(near));
    pace.heldBack();
    pace.codec(near, 1);
    assertTrue(pace.relays(near));
  }

  @Test
  void isToldFromOneThatIsFarOrNotKnown() {
    assertFalse(pace.relays(sender(FAR_NANOS)));
    assertFalse(new EncodingPace().relays(sender(Long.MAX_VALUE)));
  }

  @Test
  void getsTheVeryBytes() {
    for (long seed = 0; seed < 10; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      hosts.areNear();
      hosts.addLink();
      hosts.addLink();
      hosts.answers(PORT, new byte[1], true);
      hosts.run(); // the pings are back
      byte[] forward = SyntheticStreams.migration(hosts.random(), 1000);
      FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, PORT, forward, true);
      hosts.run();
      assertArrayEquals(forward, hosts.peerOf(local).received());
      ChannelTally tally = local.channel().tally();
      assertEquals(tally.sent(), hosts.peerOf(local).channel().tally().received());
      assertEquals("", hosts.leaks());
    }
  }
}
