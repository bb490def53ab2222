package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.testing.FakeLink;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Digest;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.Limits;
import io.novacron.dwcp.wire.PayloadBuffer;
import io.novacron.dwcp.wire.ProtocolVersions;
import io.novacron.dwcp.wire.RefuseCode;
import io.novacron.dwcp.wire.ResetCode;
import io.novacron.dwcp.wire.SessionId;
import io.novacron.dwcp.wire.WireException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames that are whole and say what no daemon of ours says, or say it at the wrong time. */
class HostileFramesTest {
  private static final Digest DIGEST = new Digest(1, 2, 3, 4);

  @Test
  void throwsNothingButWireExceptionWhateverThePeerSays() {
    for (long seed = 0; seed < 1500; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      Random random = hosts.random();
      FakeLink link = hosts.addLink();
      hosts.answers(1, new byte[2000], random.nextBoolean());
      FakeLocalEnd local =
          hosts.open(
              ChannelKind.MEMORY, 1, SyntheticStreams.migration(random, 20), random.nextBoolean());
      hosts.steps(random.nextInt(60));
      for (int i = 0; i < 8; i++) {
        TwoHosts.Side side = random.nextBoolean() ? hosts.sourceSide() : hosts.destinationSide();
        FakeLink.End end = side == hosts.sourceSide() ? link.source() : link.destination();
        say(side, end, random);
        hosts.steps(random.nextInt(5));
      }
      hosts.run();
      hosts.pass(1000);
      if (local.channel().isClosed() && hosts.peerOf(local) != null) {
        hosts.peerOf(local).takes(true);
      }
      assertEquals("", hosts.leaks());
    }
  }

  private static void say(TwoHosts.Side side, FakeLink.End end, Random random) {
    Frame frame = anyFrame(side, random);
    try {
      side.session().frame(end, frame);
    } catch (WireException e) {
      end.close(String.valueOf(e.getMessage()));
    }
  }

  private static Frame anyFrame(TwoHosts.Side side, Random random) {
    int[] ids = {1, 1, 1, 2, 0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 5000};
    long[] sequences = {0, 1, 2, 3, 5, 1000, Long.MAX_VALUE, -1, Long.MIN_VALUE};
    int id = ids[random.nextInt(ids.length)];
    long sequence = sequences[random.nextInt(sequences.length)];
    return switch (random.nextInt(13)) {
      case 0 -> new Frame.Hello(ProtocolVersions.SPOKEN, new SessionId(1, 2), false, 3, "host-a");
      case 1 -> new Frame.HelloReply(1, new SessionId(1, 2), 3, 4, "host-b");
      case 2 -> new Frame.Refuse(RefuseCode.BUSY, "no");
      case 3 -> new Frame.Open(id, ChannelKind.DISK, 1, 2, random.nextInt(1, Integer.MAX_VALUE));
      case 4 -> new Frame.Opened(id);
      case 5, 6 -> new Frame.Data(id, sequence, payload(side, random));
      case 7 -> new Frame.End(id, sequence, random.nextInt(3000), DIGEST);
      case 8 -> new Frame.Reset(id, ResetCode.PROTOCOL, "so");
      case 9 -> new Frame.ResetAck(id);
      case 10 -> new Frame.Ack(id, sequence, random.nextLong());
      case 11 -> random.nextBoolean() ? new Frame.Ping(sequence) : new Frame.Pong(sequence);
      default -> random.nextInt(4) == 0 ? new Frame.Goodbye("bye") : new Frame.Ping(1);
    };
  }

  private static PayloadBuffer payload(TwoHosts.Side side, Random random) {
    byte[] bytes = new byte[random.nextBoolean() ? random.nextInt(1, 200) : Limits.MAX_DATA_BYTES];
    random.nextBytes(bytes);
    PayloadBuffer payload = side.buffers().take(bytes.length);
    payload.bytes().put(bytes).flip();
    return payload;
  }

  private static TwoHosts opened(long seed) {
    TwoHosts hosts = new TwoHosts(seed);
    hosts.addLink();
    hosts.open(ChannelKind.LIBVIRT_RPC, 1, new byte[10], false);
    hosts.run();
    return hosts;
  }

  @Test
  void rejectsDataBeyondItsCredit() throws WireException {
    TwoHosts hosts = opened(1);
    TwoHosts.Side side = hosts.destinationSide();
    FakeLink.End end = hosts.links().getFirst().destination();
    long creditBytes = 2L * 1024 * 1024;
    int whole = (int) (creditBytes / Limits.MAX_DATA_BYTES);
    int before = side.buffers().held();
    for (int i = 0; i < whole; i++) {
      side.session()
          .frame(end, new Frame.Data(1, 100 + i, side.buffers().take(Limits.MAX_DATA_BYTES)));
    }
    PayloadBuffer last = side.buffers().take(Limits.MAX_DATA_BYTES);
    Frame beyond = new Frame.Data(1, 100 + whole, last);
    WireException refused =
        assertThrows(WireException.class, () -> side.session().frame(end, beyond));
    assertTrue(refused.getMessage().contains("exceeds its credit"), refused.getMessage());
    assertEquals(before + whole, side.buffers().held());
    assertEquals("", hosts.leaks());
  }

  @Test
  void rejectsSmallFramesFarAheadOfTheirTurn() {
    TwoHosts hosts = opened(2);
    TwoHosts.Side side = hosts.destinationSide();
    FakeLink.End end = hosts.links().getFirst().destination();
    Frame far = new Frame.Data(1, 1L << 40, side.buffers().take(50));
    assertThrows(WireException.class, () -> side.session().frame(end, far));
    Frame farEnd = new Frame.End(1, 1L << 40, 1, DIGEST);
    assertThrows(WireException.class, () -> side.session().frame(end, farEnd));
    assertEquals("", hosts.leaks());
  }

  @Test
  void rejectsDataThatIsShorterThanABatchHeader() throws WireException {
    TwoHosts hosts = opened(9);
    TwoHosts.Side side = hosts.destinationSide();
    FakeLink.End end = hosts.links().getFirst().destination();
    Frame small = new Frame.Data(1, 100, side.buffers().take(Limits.MIN_DATA_BYTES - 1));
    WireException refused =
        assertThrows(WireException.class, () -> side.session().frame(end, small));
    assertTrue(refused.getMessage().contains("DATA of 44 B"), refused.getMessage());
    side.session().frame(end, new Frame.Data(1, 101, side.buffers().take(Limits.MIN_DATA_BYTES)));
    assertEquals("", hosts.leaks());
  }

  @Test
  void refusesChannelsOfOneMigrationThatExceedItsHistoryTogether() throws WireException {
    TwoHosts hosts = opened(10);
    TwoHosts.Side side = hosts.destinationSide();
    FakeLink.End end = hosts.links().getFirst().destination();
    int half = (int) (TwoHosts.HISTORY_BUDGET_BYTES / 4096 / 2);
    for (int id = 2; id <= 4; id++) {
      side.session().frame(end, new Frame.Open(id, ChannelKind.DISK, 5, 10 + id, half));
      hosts.run();
    }
    assertEquals(1, side.closedChannels().size());
    String reason = side.closedChannels().getFirst().abortReason();
    assertTrue(reason.contains("exceeds the budget"), reason);
    side.session().frame(end, new Frame.Reset(2, ResetCode.LOCAL, "over"));
    side.session().frame(end, new Frame.Open(5, ChannelKind.DISK, 5, 15, half));
    hosts.run();
    assertEquals(2, side.closedChannels().size());
    assertEquals("", hosts.leaks());
  }

  @Test
  void doesNotAcknowledgeBytesOfAChannelThatWasNeverOpened() {
    TwoHosts hosts = opened(3);
    TwoHosts.Side side = hosts.destinationSide();
    FakeLink.End end = hosts.links().getFirst().destination();
    Frame data = new Frame.Data(2, 1, side.buffers().take(50));
    assertThrows(WireException.class, () -> side.session().frame(end, data));
    assertThrows(
        WireException.class, () -> side.session().frame(end, new Frame.End(2, 1, 0, DIGEST)));
    assertEquals("", hosts.leaks());
  }

  @Test
  void acknowledgesDataOfAChannelThatIsClosed() throws WireException {
    TwoHosts hosts = new TwoHosts(4);
    hosts.addLink();
    FakeLocalEnd local = hosts.open(ChannelKind.LIBVIRT_RPC, 1, new byte[10], false);
    hosts.run();
    local.breaks();
    hosts.run();
    TwoHosts.Side side = hosts.destinationSide();
    FakeLink.End end = hosts.links().getFirst().destination();
    int before = end.frames();
    side.session().frame(end, new Frame.Data(1, 5, side.buffers().take(50)));
    assertEquals(before + 1, end.frames());
    assertEquals("", hosts.leaks());
  }

  @Test
  void rejectsAnAcknowledgementOfWhatWasNotSent() {
    TwoHosts hosts = opened(5);
    FakeLink.End end = hosts.links().getFirst().source();
    for (long sequence : new long[] {100, Long.MAX_VALUE, -1}) {
      Frame ack = new Frame.Ack(1, sequence, 0);
      assertThrows(WireException.class, () -> hosts.source().frame(end, ack));
    }
    assertEquals("", hosts.leaks());
  }

  @Test
  void stopsAnsweringAPeerThatDoesNotRead() {
    TwoHosts hosts = opened(6);
    FakeLink.End end = hosts.links().getFirst().destination();
    end.blocked(true);
    assertThrows(
        WireException.class,
        () -> {
          for (int i = 0; i < 1_000_000; i++) {
            hosts.destination().frame(end, new Frame.Open(1, ChannelKind.DISK, 1, 1, 0));
            hosts.destination().frame(end, new Frame.Ping(i));
            hosts.destination().frame(end, new Frame.Reset(-5, ResetCode.LOCAL, "never was"));
          }
        });
    assertEquals("", hosts.leaks());
  }

  @Test
  void opensNothingForASourceThatConfirmsNoReset() {
    TwoHosts hosts = opened(8);
    hosts.connectsFail();
    FakeLink.End end = hosts.links().getFirst().destination();
    end.blocked(true);
    WireException refused =
        assertThrows(
            WireException.class,
            () -> {
              for (int id = 2; id < 10_000; id++) {
                hosts.destination().frame(end, new Frame.Open(id, ChannelKind.DISK, 1, 1, 0));
                hosts.run();
              }
            });
    assertTrue(refused.getMessage().contains("confirms no RESET"), refused.getMessage());
    assertEquals("", hosts.leaks());
  }

  @Test
  void connectsTheNextChannelsWhenAResetOvertookItsOpen() throws WireException {
    TwoHosts hosts = opened(11);
    FakeLink.End end = hosts.links().getFirst().destination();
    hosts.destination().frame(end, new Frame.Reset(2, ResetCode.LOCAL, "gone"));
    hosts.destination().frame(end, new Frame.Open(3, ChannelKind.DISK, 1, 13, 0));
    hosts.destination().frame(end, new Frame.Open(2, ChannelKind.DISK, 1, 12, 0));
    hosts.run();
    assertTrue(hosts.connectedPorts().contains(13), hosts.connectedPorts().toString());
    assertFalse(hosts.connectedPorts().contains(12), hosts.connectedPorts().toString());
    assertEquals("", hosts.leaks());
  }

  @Test
  void rejectsOpensFarAheadOfTheirTurn() {
    TwoHosts hosts = opened(7);
    FakeLink.End end = hosts.links().getFirst().destination();
    Frame open = new Frame.Open(2 + Limits.MAX_OPEN_CHANNELS, ChannelKind.DISK, 1, 1, 0);
    assertThrows(WireException.class, () -> hosts.destination().frame(end, open));
    Frame reset = new Frame.Reset(2 + Limits.MAX_OPEN_CHANNELS, ResetCode.LOCAL, "x");
    assertThrows(WireException.class, () -> hosts.destination().frame(end, reset));
  }
}
