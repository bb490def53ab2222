package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.testing.FakeLink;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutageTest {
  private static final int PORT = 49152;
  private final TwoHosts hosts = new TwoHosts(1);

  /** Its second half does not fit into the window: the source stays in its bulk of pages. */
  private final byte[] migration = SyntheticStreams.migration(hosts.random(), 4000);

  private FakeLocalEnd halfWay(byte[] forward) {
    hosts.addLink();
    hosts.addLink();
    FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, PORT, forward, true);
    while (local.givenBytes() < forward.length / 2) {
      assertTrue(hosts.step());
    }
    for (int sent = sentFrames(); sentFrames() == sent; ) {
      assertTrue(hosts.step()); // so that a frame is under way
    }
    return local;
  }

  private int sentFrames() {
    return hosts.links().stream().mapToInt(link -> link.source().frames()).sum();
  }

  private void cutAll() {
    List.copyOf(hosts.links()).forEach(FakeLink::cut);
    hosts.run();
  }

  @Test
  void resumesAfterAllStreamsDie() {
    hosts.answers(PORT, new byte[10], true);
    FakeLocalEnd local = halfWay(migration);
    cutAll();
    hosts.pass(59_000);
    assertNull(local.resetReason());
    hosts.addLink();
    hosts.run();
    assertArrayEquals(migration, hosts.peerOf(local).received());
    assertTrue(hosts.source().resentFrames() > 0);
    assertEquals("", hosts.leaks());
  }

  @Test
  void givesUpWhenTheOutageOutlastsItsBudget() {
    FakeLocalEnd local = halfWay(migration);
    cutAll();
    hosts.pass(60_500);
    assertInstanceOf(SessionEnd.GivenUp.class, hosts.sourceSide().ends().getFirst());
    assertInstanceOf(SessionEnd.GivenUp.class, hosts.destinationSide().ends().getFirst());
    assertEquals(1, hosts.sourceSide().ends().size());
    assertTrue(local.resetReason().contains("budget 60000 ms"), local.resetReason());
    assertTrue(hosts.peerOf(local).resetReason().contains("no stream for"));
    assertEquals("", hosts.leaks());
  }

  @Test
  void givesUpSoonerWhileTheGuestStandsStill() {
    hosts.addLink();
    byte[] stillOpen = SyntheticStreams.migrationUntilSwitchover(hosts.random(), 50);
    FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, PORT, stillOpen, false);
    hosts.run();
    assertArrayEquals(stillOpen, hosts.peerOf(local).received());
    cutAll();
    hosts.pass(2000);
    assertNull(local.resetReason());
    hosts.pass(250);
    assertTrue(local.resetReason().contains("budget 2000 ms"), local.resetReason());
    assertEquals("", hosts.leaks());
  }

  @Test
  void acknowledgesAgainWhatWasLostWithAStream() {
    FakeLink first = hosts.addLink();
    FakeLocalEnd local = hosts.open(ChannelKind.LIBVIRT_RPC, 0, new byte[3000], false);
    hosts.run();
    first.destination().blocked(true);
    first.cut();
    hosts.run();
    hosts.addLink();
    hosts.run();
    assertTrue(local.channel().outbound().sender().isAllAcknowledged());
    assertEquals("", hosts.leaks());
  }

  @Test
  void acknowledgesAgainOverTheStreamThatIsLeft() {
    FakeLink acks = hosts.addLink();
    FakeLocalEnd local = hosts.open(ChannelKind.LIBVIRT_RPC, 0, new byte[0], false);
    hosts.run();
    FakeLink data = hosts.addLink();
    hosts.run();
    acks.source().blocked(true);
    data.destination().blocked(true);
    local.writes(new byte[100], false);
    while (hosts.peerOf(local).received().length < 100) {
      assertTrue(hosts.step());
    }
    while (hosts.destinationSide().executor().hasLater()) {
      hosts.destinationSide().executor().runLater();
    }
    acks.cut(); // with the only ACK
    data.destination().blocked(false);
    hosts.run();
    assertTrue(local.channel().outbound().sender().isAllAcknowledged());
  }

  @Test
  void closesAStreamThatIsSilentForFiveSeconds() {
    FakeLink link = hosts.addLink();
    hosts.open(ChannelKind.LIBVIRT_RPC, 0, new byte[10], false);
    hosts.run();
    hosts.pass(10_000);
    assertEquals(1, hosts.source().liveStreams());
    link.source().blocked(true); // pings and their answers still go: they keep it alive
    hosts.clock().advanceMillis(5_001);
    hosts.source().tick();
    assertEquals(0, hosts.source().liveStreams());
  }

  @Test
  void pingsAsSoonAsAStreamIsUpWhateverTheClockSays() {
    assertEquals(Long.MAX_VALUE, hosts.source().minRttNanos());
    FakeLink link = hosts.addLink();
    assertTrue(hosts.clock().getAsLong() < 0);
    assertEquals(1, link.source().frames());
    hosts.run();
    assertEquals(40_000_000, hosts.source().rttNanos());
    assertEquals(40_000_000, hosts.source().minRttNanos());
    assertEquals(40_000_000, hosts.destination().minRttNanos());
    int withAnswer = link.source().frames();
    hosts.source().tick();
    assertEquals(withAnswer, link.source().frames());
  }

  @Test
  void endsAfterAMinuteWithoutAChannel() {
    hosts.addLink();
    hosts.pass(55_000); // and a round trip for each ping
    assertTrue(hosts.sourceSide().ends().isEmpty());
    hosts.pass(5_250);
    assertInstanceOf(SessionEnd.Idle.class, hosts.sourceSide().ends().getFirst());
    assertTrue(hosts.destinationSide().ends().size() <= 1);
  }

  @Test
  void resetsTheConnectionOfAChannelThatCannotBeOpenedAnyMore() {
    hosts.addLink();
    hosts.source().finish(new SessionEnd.Ended("over"));
    FakeLocalEnd local = hosts.open(ChannelKind.LIBVIRT_RPC, 0, new byte[10], false);
    assertEquals("the session ended: over", local.resetReason());
    assertTrue(local.channel().isClosed());
  }

  @Test
  void keepsADestinationWithoutChannelWhileItsSourceMayComeBack() {
    FakeLink link = hosts.addLink();
    FakeLocalEnd local = hosts.open(ChannelKind.LIBVIRT_RPC, 0, new byte[10], false);
    link.cut(); // with the OPEN
    hosts.run();
    hosts.pass(5_000);
    hosts.addLink();
    hosts.run();
    assertNotNull(hosts.peerOf(local));
    assertEquals(10, hosts.peerOf(local).received().length);
  }
}
