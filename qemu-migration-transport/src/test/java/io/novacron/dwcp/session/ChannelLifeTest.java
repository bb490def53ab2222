package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.PageCounts;
import io.novacron.dwcp.testing.FakeLink;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.PayloadBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Channels from their opening to their end, in all the ways in which they end. */
class ChannelLifeTest {
  private static final int PORT = 49152;

  @Test
  void seesThePagesOfEachKindAndCarriesItsBytes() {
    TwoHosts hosts = new TwoHosts(3);
    hosts.addLink();
    byte[] memory = SyntheticStreams.migration(hosts.random(), 300);
    byte[] disk = SyntheticStreams.disk(hosts.random(), 30);
    byte[] rpc = SyntheticStreams.noise(hosts.random(), 100_000);
    FakeLocalEnd first = hosts.open(ChannelKind.MEMORY, 1, memory, true);
    FakeLocalEnd second = hosts.open(ChannelKind.DISK, 2, disk, true);
    FakeLocalEnd third = hosts.open(ChannelKind.LIBVIRT_RPC, 3, rpc, true);
    hosts.run();
    assertArrayEquals(memory, hosts.peerOf(first).received());
    assertArrayEquals(disk, hosts.peerOf(second).received());
    assertArrayEquals(rpc, hosts.peerOf(third).received());
    for (FakeLocalEnd paged : List.of(first, second)) {
      ChannelTally tally = paged.channel().tally();
      PageCounts pages = tally.sent().pages();
      assertTrue(pages.zero() > 0 && pages.reference() > 0 && pages.full() > 0);
      assertEquals(tally.sent(), hosts.peerOf(paged).channel().tally().received());
      assertTrue(tally.wireBytes() < tally.rawBytes());
    }
    assertEquals("", hosts.leaks());
  }

  @Test
  void carriesTheAnswerAfterTheForwardHalfEnded() {
    TwoHosts hosts = new TwoHosts(4);
    hosts.addLink();
    FakeLocalEnd local = hosts.open(ChannelKind.LIBVIRT_RPC, 0, new byte[1000], true);
    hosts.run();
    FakeLocalEnd there = hosts.peerOf(local);
    assertTrue(there.isOutputEnded());
    assertFalse(local.isOutputEnded());
    assertTrue(hosts.source().hasChannels());
    there.writes(new byte[2000], true);
    hosts.run();
    assertEquals(2000, local.received().length);
    assertTrue(local.isOutputEnded());
    assertFalse(hosts.source().hasChannels() || hosts.destination().hasChannels());
    assertEquals("", local.channel().abortReason());
    assertEquals("", hosts.leaks());
  }

  @Test
  void carriesTheForwardHalfAfterTheAnswerEnded() {
    TwoHosts hosts = new TwoHosts(5);
    hosts.addLink();
    hosts.answers(PORT, new byte[10], true);
    FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, PORT, new byte[0], false);
    hosts.run();
    assertTrue(local.isOutputEnded());
    byte[] migration = SyntheticStreams.migration(hosts.random(), 200);
    local.writes(migration, true);
    hosts.run();
    assertArrayEquals(migration, hosts.peerOf(local).received());
    assertFalse(hosts.source().hasChannels() || hosts.destination().hasChannels());
    assertEquals("", hosts.leaks());
  }

  @Test
  void keepsWhatALocalConnectionGaveBeforeItsChannelWasOpened() {
    for (long seed = 0; seed < 50; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      hosts.addLink();
      hosts.addLink();
      byte[] bytes = SyntheticStreams.noise(hosts.random(), 300_000);
      FakeLocalEnd local = hosts.open(ChannelKind.LIBVIRT_RPC, 0, bytes, false);
      local.givesUnasked();
      hosts.answers(0, new byte[1], true);
      hosts.run();
      assertArrayEquals(bytes, hosts.peerOf(local).received(), "seed " + seed);
      assertTrue(hosts.peerOf(local).isOutputEnded());
      assertEquals(2, hosts.source().liveStreams(), "the destination saw bytes before their OPEN");
      assertEquals("", hosts.leaks());
    }
  }

  @Test
  void carriesALocalResetToTheOtherSideAtAnyMoment() {
    for (long seed = 0; seed < 300; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      Random random = hosts.random();
      FakeLink link = hosts.addLink();
      hosts.addLink();
      hosts.answers(PORT, SyntheticStreams.noise(random, 50_000), random.nextBoolean());
      byte[] forward = SyntheticStreams.migration(random, random.nextInt(1, 300));
      FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, PORT, forward, random.nextBoolean());
      hosts.steps(random.nextInt(150));
      FakeLocalEnd there = hosts.peerOf(local);
      FakeLocalEnd breaking = there != null && random.nextBoolean() ? there : local;
      breaking.breaks();
      if (random.nextBoolean()) {
        link.cut(); // perhaps with OPEN, RESET or RESET_ACK
      }
      hosts.run();
      hosts.addLink();
      FakeLocalEnd next = hosts.open(ChannelKind.LIBVIRT_RPC, 1, new byte[50], false);
      hosts.run();
      hosts.pass(2000);
      assertBroken("seed " + seed, hosts, local);
      assertNotNull(hosts.peerOf(next), "seed " + seed + ": the next channel never came");
      assertEquals(50, hosts.peerOf(next).received().length, "seed " + seed);
      assertEquals("", hosts.leaks());
    }
  }

  private static void assertBroken(String seed, TwoHosts hosts, FakeLocalEnd local) {
    boolean endedBefore = local.channel().abortReason().isEmpty();
    FakeLocalEnd there = hosts.peerOf(local);
    assertTrue(local.channel().isClosed(), seed);
    if (!endedBefore && there != null && there.channel().abortReason().isEmpty()) {
      assertTrue(there.isOutputEnded(), seed + ": neither reset nor ended");
    }
    assertTrue(there == null || there.channel().isClosed(), seed + ": a phantom is connected");
  }

  @Test
  void connectsInTheOrderOfOpeningAlthoughFramesArriveInAnother() {
    for (long seed = 0; seed < 100; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      for (int i = 0; i < 5; i++) {
        hosts.addLink();
      }
      for (int port = 0; port < 20; port++) {
        hosts.open(ChannelKind.MEMORY, port, new byte[10], false);
      }
      hosts.run();
      assertEquals(IntStream.range(0, 20).boxed().toList(), hosts.connectedPorts(), "seed " + seed);
    }
  }

  @Test
  void resetsTheSourceWhenTheDestinationCannotConnect() {
    TwoHosts hosts = new TwoHosts(6);
    hosts.addLink();
    hosts.connectsFail();
    FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, PORT, new byte[10], false);
    FakeLocalEnd next = hosts.open(ChannelKind.MEMORY, PORT + 1, new byte[10], false);
    hosts.run();
    assertTrue(local.resetReason().contains("CONNECT"), local.resetReason());
    assertTrue(local.resetReason().contains("nobody listens on port 49152"));
    assertNotNull(next.resetReason());
    assertEquals("", hosts.leaks());
  }

  @Test
  void resetsAChannelWhoseHistoryExceedsTheGrant() {
    TwoHosts hosts = new TwoHosts(7);
    hosts.addLink();
    int tooMany = (int) (TwoHosts.HISTORY_BUDGET_BYTES / 4096) + 1;
    RecordingEnd local = new RecordingEnd();
    hosts.source().open(new ChannelRequest(ChannelKind.MEMORY, 7, PORT, tooMany), local);
    hosts.run();
    assertTrue(local.reason.contains("exceeds the budget"), local.reason);
    assertTrue(hosts.connectedPorts().isEmpty());
  }

  private static final class RecordingEnd implements LocalEnd {
    String reason = "";

    @Override
    public void deliver(PayloadBuffer bytes, Runnable written) {
      throw new AssertionError("a delivery");
    }

    @Override
    public void deliverEnd() {
      throw new AssertionError("an end");
    }

    @Override
    public void reset(String why) {
      reason = why;
    }

    @Override
    public void requestBytes() {
      throw new AssertionError("a read");
    }
  }

  @Test
  void deliversNothingOfABatchThatDoesNotMatchItsDigest() {
    for (long seed = 0; seed < 40; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      FakeLink link = hosts.addLink();
      byte[] forward = SyntheticStreams.migration(hosts.random(), 400);
      FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, PORT, forward, true);
      while (link.source().corruptData() == 0) {
        assertTrue(hosts.step(), "seed " + seed + ": no DATA was ever in flight");
      }
      hosts.run();
      byte[] received = hosts.peerOf(local).received();
      assertTrue(received.length < forward.length, "seed " + seed);
      assertEquals(-1, mismatch(forward, received), "seed " + seed);
      assertTrue(local.resetReason().contains("INTEGRITY"), local.resetReason());
      assertNotNull(hosts.peerOf(local).resetReason());
      assertFalse(hosts.peerOf(local).isOutputEnded());
      assertEquals("", hosts.leaks());
    }
  }

  private static int mismatch(byte[] all, byte[] prefix) {
    int at = Arrays.mismatch(all, prefix);
    return at == prefix.length ? -1 : at;
  }

  @Test
  void resetsTheChannelWhenAWorkerFails() {
    for (long seed = 0; seed < 40; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      Random random = hosts.random();
      hosts.addLink();
      byte[] forward = SyntheticStreams.migration(random, 600);
      FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, PORT, forward, true);
      hosts.steps(random.nextInt(80));
      TwoHosts.Side side = random.nextBoolean() ? hosts.sourceSide() : hosts.destinationSide();
      side.executor().failNext(1);
      hosts.run();
      FakeLocalEnd there = hosts.peerOf(local);
      assertNotNull(local.resetReason(), "seed " + seed);
      assertNotNull(there.resetReason(), "seed " + seed);
      assertEquals(-1, mismatch(forward, there.received()), "seed " + seed);
      assertEquals("", hosts.leaks());
    }
  }

  @Test
  void breaksTheChannelWhenMemoryRunsOut() {
    for (long seed = 0; seed < 60; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      Random random = hosts.random();
      hosts.addLink();
      byte[] forward = SyntheticStreams.migration(random, 600);
      FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, PORT, forward, true);
      while (local.givenBytes() < forward.length / 3) {
        assertTrue(hosts.step());
      }
      TwoHosts.Side side = random.nextBoolean() ? hosts.sourceSide() : hosts.destinationSide();
      side.buffers().exhausted(true);
      int steps = random.nextInt(1, 40);
      for (int i = 0; i < steps; i++) {
        stepWithoutMemory(hosts);
      }
      side.buffers().exhausted(false);
      hosts.run();
      hosts.addLink();
      hosts.run();
      hosts.pass(2000);
      byte[] received = hosts.peerOf(local).received();
      boolean carried = received.length == forward.length;
      assertEquals(carried, local.resetReason() == null, "seed " + seed);
      assertTrue(carried || hosts.peerOf(local).resetReason() != null, "seed " + seed);
      assertEquals("", hosts.leaks());
    }
  }

  /** What no session catches ends the stream, as it does in Netty. */
  private static void stepWithoutMemory(TwoHosts hosts) {
    try {
      hosts.step();
    } catch (OutOfMemoryError e) {
      hosts.links().forEach(FakeLink::cut);
    }
  }

  @Test
  void carriesTwoHundredChannelsAtOnce() {
    TwoHosts hosts = new TwoHosts(8);
    for (int i = 0; i < 8; i++) {
      hosts.addLink();
    }
    List<byte[]> streams = new ArrayList<>();
    List<FakeLocalEnd> locals = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      streams.add(SyntheticStreams.noise(hosts.random(), 30_000 + i));
      hosts.answers(i, new byte[i], true);
      locals.add(hosts.open(List.of(ChannelKind.values()).get(i % 3), i, streams.get(i), true));
    }
    hosts.run();
    hosts.pass(2000);
    for (int i = 0; i < 200; i++) {
      assertNull(locals.get(i).resetReason());
      assertArrayEquals(streams.get(i), hosts.peerOf(locals.get(i)).received());
      assertEquals(i, locals.get(i).received().length);
    }
    assertFalse(hosts.source().hasChannels() || hosts.destination().hasChannels());
    assertEquals("", hosts.leaks());
  }
}
