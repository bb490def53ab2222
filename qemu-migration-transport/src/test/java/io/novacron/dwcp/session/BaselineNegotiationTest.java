package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.encoding.ChannelHistory;
import io.novacron.dwcp.encoding.VisitedPages;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** OPEN offers a baseline, OPENED takes it; whatever comes of it, the bytes are right. */
class BaselineNegotiationTest {
  private static final int PORT = 49152;
  private static final UUID GUEST = new UUID(3, 4);

  private static byte[] guest() {
    return SyntheticStreams.migration(new Random(5), 300);
  }

  /** What both ends kept of the same migration. */
  private static BaselinePages[] kept(long seed, byte[] stream) {
    TwoHosts hosts = new TwoHosts(seed);
    hosts.addLink();
    hosts.answers(PORT, new byte[1], true);
    BaselinePages[] kept = new BaselinePages[2];
    FakeLocalEnd local = hosts.openMemory(PORT, stream, null);
    local.channel().baseline().keepHistory(history -> kept[0] = loaded(history));
    while (hosts.peerOf(local) == null) {
      hosts.step();
    }
    hosts.peerOf(local).channel().baseline().keepHistory(history -> kept[1] = loaded(history));
    hosts.run();
    assertArrayEquals(stream, hosts.peerOf(local).received());
    assertEquals("", hosts.leaks());
    return kept;
  }

  private static BaselinePages loaded(@Nullable ChannelHistory history) {
    try (history) {
      return BaselinePages.of(new VisitedPages(List.of(history)), GUEST);
    }
  }

  /** The counts at the source of a visit with these baselines. */
  private static ChannelTally visit(
      long seed, byte[] stream, @Nullable BaselinePages offered, @Nullable BaselinePages held) {
    TwoHosts hosts = new TwoHosts(seed);
    hosts.addLink();
    hosts.addLink();
    hosts.destinationHolds(held);
    hosts.answers(PORT, new byte[1], true);
    FakeLocalEnd local = hosts.openMemory(PORT, stream, offered);
    hosts.run();
    assertArrayEquals(stream, hosts.peerOf(local).received(), "seed " + seed);
    assertEquals("", local.channel().abortReason());
    ChannelTally tally = local.channel().tally();
    assertEquals(tally.sent(), hosts.peerOf(local).channel().tally().received());
    assertEquals("", hosts.leaks());
    return tally;
  }

  @Test
  void usesTheBaselineThatBothHold() {
    BaselinePages[] kept = kept(1, guest());
    assertArrayEquals(kept[0].id(), kept[1].id());
    for (long seed = 0; seed < 10; seed++) {
      ChannelTally tally = visit(seed, guest(), kept[1], kept[0]);
      assertTrue(
          tally.sent().pages().full() < 20, tally::toString); // those that a flush cut in two
      assertTrue(tally.sent().pages().baseline() > 100);
      assertTrue(tally.wireBytes() < tally.rawBytes() / 20, tally::toString);
    }
    close(kept);
  }

  @Test
  void goesWithoutWhereOneSideHasNoneOrAnother() {
    BaselinePages[] kept = kept(1, guest());
    BaselinePages[] other = kept(2, SyntheticStreams.migration(new Random(6), 300));
    assertEquals(0, visit(1, guest(), null, kept[0]).sent().pages().baseline());
    assertEquals(0, visit(2, guest(), kept[0], null).sent().pages().baseline());
    assertEquals(0, visit(3, guest(), other[0], kept[0]).sent().pages().baseline());
    close(kept);
    close(other);
  }

  @Test
  void sendsThePagesThatTheDestinationLacks() {
    byte[] stream = guest();
    BaselinePages[] kept = kept(1, stream);
    BaselinePages damaged = new BaselinePages(kept[0].index(), kept[0].id());
    ChannelTally tally = visit(4, stream, kept[1], damaged); // all of it is one range
    assertEquals(0, tally.sent().pages().baseline());
    damaged.close();
    close(kept);
  }

  @Test
  void declinesABaselineBeyondItsBudget() {
    HistoryLedger ledger = new HistoryLedger(1000L * PageSize.BYTES);
    var open = new ChannelRequest(ChannelKind.MEMORY, 1, PORT, 512).open(1);
    ledger.take(open);
    assertFalse(ledger.takeBaseline(open, 489));
    assertTrue(ledger.takeBaseline(open, 488));
    var second = new ChannelRequest(ChannelKind.MEMORY, 1, PORT, 0).open(2);
    assertTrue(ledger.takeBaseline(second, 488)); // they share it
    ledger.release(1);
    ledger.release(2);
    assertTrue(ledger.takeBaseline(open, 488));
  }

  /** A source speaks of none then; one that does is no peer of this protocol. */
  @Test
  void refusesAnOfferInVersionOne() {
    BaselinePages[] kept = kept(1, guest());
    TwoHosts hosts = new TwoHosts(9, 64, 1);
    hosts.addLink();
    FakeLocalEnd local = hosts.openMemory(PORT, guest(), kept[0]);
    hosts.run();
    assertEquals(0, hosts.source().liveStreams());
    assertNull(hosts.peerOf(local));
    assertEquals("", hosts.leaks());
    close(kept);
  }

  @Test
  void keepsNothingOfAChannelThatBroke() {
    TwoHosts hosts = new TwoHosts(8);
    hosts.addLink();
    List<@Nullable ChannelHistory> told = new ArrayList<>();
    FakeLocalEnd local = hosts.openMemory(PORT, guest(), null);
    local.channel().baseline().keepHistory(told::add);
    hosts.steps(200);
    hosts.source().finish(new SessionEnd.Ended("the cable broke"));
    hosts.run();
    assertEquals(1, told.size());
    assertNull(told.getFirst());
    assertEquals("", hosts.leaks());
  }

  private static void close(BaselinePages[] both) {
    both[0].close();
    both[1].close();
  }
}
