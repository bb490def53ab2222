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
    BacklogWindow window =
        new BacklogWindow(1 << 26, clock.getAsLong(), PathRate.UNKNOWN.orAt(rttNanos));
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
    ChannelSender near = sender(NEAR_NANOS);
    assertTrue(pace.relays(near));
    pace.heldBack();
    pace.codec(near, 1);
    assertFalse(pace.relays(near));
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
