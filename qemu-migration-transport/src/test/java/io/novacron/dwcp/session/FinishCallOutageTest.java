package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.testing.FakeLink;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Outages while libvirt waits for the answer to its Finish call. A connection that breaks then
 * makes the source's libvirt run the guest again, whatever the destination's does.
 */
class FinishCallOutageTest {
  private final TwoHosts hosts = new TwoHosts(1);

  private FakeLocalEnd rpc() {
    hosts.addLink();
    FakeLocalEnd local = hosts.open(ChannelKind.LIBVIRT_RPC, 0, new byte[100], false);
    hosts.run();
    return local;
  }

  private void asksFinish(FakeLocalEnd local) {
    local.channel().verdictAsked();
    local.writes(new byte[200], false);
    hosts.run();
  }

  private void cutAll() {
    List.copyOf(hosts.links()).forEach(FakeLink::cut);
    hosts.run();
  }

  @Test
  void bringsTheAnswerAfterAnOutageFarBeyondTheBudget() {
    FakeLocalEnd local = rpc();
    asksFinish(local);
    hosts.peerOf(local).channel().verdictAwaited();
    cutAll();
    hosts.peerOf(local).channel().verdictGiven();
    hosts.peerOf(local).writes(new byte[50], false);
    hosts.pass(600_000);
    assertEquals(List.of(), hosts.sourceSide().ends());
    assertEquals(List.of(), hosts.destinationSide().ends());
    hosts.addLink();
    hosts.run();
    assertArrayEquals(new byte[50], local.received());
    assertFalse(hosts.peerOf(local).channel().isVerdictOpen());
    local.channel().verdictCame();
    cutAll();
    hosts.pass(60_500);
    assertTrue(local.resetReason().contains("no stream for"), local.resetReason());
    assertEquals("", hosts.leaks());
  }

  @Test
  void holdsTheConnectionWhenTheSessionEnds() {
    FakeLocalEnd local = rpc();
    asksFinish(local);
    hosts.source().finish(new SessionEnd.Ended("the peer lost the session"));
    assertNull(local.resetReason());
    assertEquals("the peer lost the session", local.heldReason());
    assertEquals("", hosts.leaks());
  }

  @Test
  void holdsTheConnectionWhenThePeerResetsItsChannel() {
    FakeLocalEnd local = rpc();
    asksFinish(local);
    hosts.peerOf(local).breaks();
    hosts.run();
    assertNull(local.resetReason());
    assertTrue(local.heldReason().contains("peer reset the channel"), local.heldReason());
    assertEquals("", hosts.leaks());
  }

  @Test
  void breaksTheConnectionWhenNoStreamTookTheCall() {
    FakeLocalEnd local = rpc();
    cutAll();
    asksFinish(local);
    hosts.pass(60_500);
    assertTrue(local.resetReason().contains("budget 60000 ms"), local.resetReason());
    assertNull(local.heldReason());
    assertEquals("", hosts.leaks());
  }

  @Test
  void breaksTheConnectionOnceTheCallIsAnswered() {
    FakeLocalEnd local = rpc();
    asksFinish(local);
    local.channel().verdictCame();
    hosts.source().finish(new SessionEnd.Ended("over"));
    assertEquals("over", local.resetReason());
    assertNull(local.heldReason());
  }

  @Test
  void resetsTheOtherMigrationsOfTheSessionAtTheirBudget() {
    FakeLocalEnd finishing = rpc();
    asksFinish(finishing);
    FakeLocalEnd other = hosts.open(ChannelKind.LIBVIRT_RPC, 0, new byte[10], false);
    hosts.run();
    cutAll();
    hosts.pass(60_500);
    assertTrue(other.resetReason().contains("budget 60000 ms"), other.resetReason());
    assertNull(finishing.resetReason());
    assertNull(finishing.heldReason());
    assertEquals(List.of(), hosts.sourceSide().ends());
    hosts.pass(3_600_000);
    assertInstanceOf(SessionEnd.GivenUp.class, hosts.sourceSide().ends().getFirst());
    assertNull(finishing.resetReason());
    assertTrue(finishing.heldReason().contains("no stream for"), finishing.heldReason());
    assertEquals("", hosts.leaks());
  }

  @Test
  void giveUpAtSwitchoverSparesTheOtherMigrationsOfTheSession() {
    FakeLocalEnd other = rpc();
    FakeLocalEnd memory = atSwitchover();
    hosts.links().forEach(link -> link.source().blocked(true));
    hosts.links().forEach(link -> link.destination().blocked(true)); // silent, and not known to be
    hosts.pass(1_750);
    assertNull(memory.resetReason());
    hosts.pass(750);
    assertTrue(memory.resetReason().contains("budget 2000 ms"), memory.resetReason());
    assertNull(other.resetReason());
    assertEquals(List.of(), hosts.sourceSide().ends());
    cutAll();
    hosts.addLink();
    hosts.run();
    assertTrue(hosts.peerOf(memory).resetReason().contains("stood still"));
    assertEquals("", hosts.leaks());
  }

  @Test
  void guestThatStandsStillIsNotGivenUpForAStallOfThisHost() {
    FakeLocalEnd memory = atSwitchover();
    hosts.clock().advanceMillis(4_000);
    hosts.source().tick();
    hosts.run();
    hosts.pass(5_000);
    assertNull(memory.resetReason());
  }

  private FakeLocalEnd atSwitchover() {
    if (hosts.links().isEmpty()) {
      hosts.addLink();
    }
    byte[] stillOpen = SyntheticStreams.migrationUntilSwitchover(hosts.random(), 50);
    FakeLocalEnd memory = hosts.open(ChannelKind.MEMORY, 49152, stillOpen, false);
    hosts.run();
    assertArrayEquals(stillOpen, hosts.peerOf(memory).received());
    return memory;
  }
}
