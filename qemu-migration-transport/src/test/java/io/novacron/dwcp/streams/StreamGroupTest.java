package io.novacron.dwcp.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.congestion.BacklogWindow;
import io.novacron.dwcp.congestion.PathRate;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.testing.CountingBuffers;
import io.novacron.dwcp.testing.ManualClock;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.FrameEncoder;
import io.novacron.dwcp.wire.Limits;
import io.novacron.dwcp.wire.PayloadBuffer;
import io.novacron.dwcp.wire.WireException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamGroupTest {
  private static final long CEILING_BYTES = 8 * 1024 * 1024;

  private final ManualClock clock = new ManualClock();
  private final CountingBuffers buffers = new CountingBuffers();
  private final StreamGroup group =
      new StreamGroup(SendLimits.none(), clock, (delayNanos, action) -> {});
  private int moved;
  private final ChannelSender sender = sender(1);

  private ChannelSender sender(int channelId) {
    BacklogWindow window = new BacklogWindow(CEILING_BYTES, clock.getAsLong(), PathRate.UNKNOWN);
    return new ChannelSender(channelId, 1, group, window, clock, () -> moved++);
  }

  /** Notes what it was given, and takes as much as the test says. */
  private static final class Recorder implements StreamLink {
    final List<String> sent = new ArrayList<>();
    int room;
    long unconfirmedBytes;

    Recorder(int room) {
      this.room = room;
    }

    @Override
    public boolean canSend() {
      return room > 0;
    }

    @Override
    public long unconfirmedBytes() {
      return unconfirmedBytes;
    }

    @Override
    public TcpState tcp() {
      return TcpState.UNKNOWN;
    }

    @Override
    public void send(OutboundFrame frame) {
      room--;
      sent.add(frame.isSequenced() ? frame.channelId() + ":" + frame.sequence() : "unsequenced");
    }

    @Override
    public void close(String reason) {
      room = 0;
    }
  }

  private OutboundFrame data(ChannelSender of, boolean urgent, int payloadBytes) {
    OutboundFrame place = of.place(urgent);
    of.data(place, payload(payloadBytes), payloadBytes);
    return place;
  }

  private PayloadBuffer payload(int payloadBytes) {
    return buffers.take(payloadBytes);
  }

  private static OutboundFrame ping() {
    return OutboundFrame.unsequenced(FrameEncoder.encode(new Frame.Ping(1)));
  }

  @Test
  void sendsUrgentFramesBeforeBulkOnesThatWaitedLonger() {
    Recorder link = new Recorder(0);
    group.add(link);
    data(sender, false, 10);
    data(sender, false, 10);
    data(sender, true, 10);
    group.offer(ping());
    link.room = 9;
    group.pump();
    assertEquals(List.of("unsequenced", "1:2", "1:0", "1:1"), link.sent);
  }

  @Test
  void givesEachStreamItsTurn() {
    Recorder first = new Recorder(100);
    Recorder second = new Recorder(100);
    Recorder full = new Recorder(0);
    group.add(first);
    group.add(full);
    group.add(second);
    for (int i = 0; i < 40; i++) {
      data(sender, false, 10);
    }
    assertEquals(40, first.sent.size() + second.sent.size());
    assertTrue(Math.abs(first.sent.size() - second.sent.size()) <= 14, "turns are uneven");
    assertTrue(full.sent.isEmpty());
  }

  @Test
  void sendsAgainInTheOldOrderAndBeforeNewerFrames() throws WireException {
    Recorder dying = new Recorder(4);
    group.add(dying);
    for (int i = 0; i < 6; i++) {
      data(sender, false, 10);
    }
    sender.acknowledged(new Frame.Ack(1, 1, 0));
    Recorder next = new Recorder(9);
    group.add(next);
    assertEquals(List.of("1:4", "1:5"), next.sent);
    next.room = 0;
    data(sender, false, 10);
    next.room = 9;
    group.remove(dying);
    assertEquals(List.of("1:4", "1:5", "1:1", "1:2", "1:3", "1:6"), next.sent);
    assertEquals(3, group.resentFrames());
    group.remove(dying);
    assertEquals(6, next.sent.size());
  }

  @Test
  void doesNotSendAgainWhatWasAcknowledgedWhileItWaited() throws WireException {
    Recorder dying = new Recorder(2);
    group.add(dying);
    data(sender, false, 10);
    data(sender, false, 10);
    group.remove(dying);
    assertEquals(2, group.queuedFrames());
    sender.acknowledged(new Frame.Ack(1, 1, 0));
    Recorder next = new Recorder(9);
    group.add(next);
    assertEquals(List.of("1:1"), next.sent);
    assertEquals(1, buffers.held());
  }

  @Test
  void repeatsAFrameOnceHoweverOftenItIsAskedTo() {
    Recorder link = new Recorder(1);
    group.add(link);
    OutboundFrame end = data(sender, false, 10);
    for (int i = 0; i < 5; i++) {
      sender.repeat(end);
    }
    assertEquals(1, group.queuedFrames());
    Recorder other = new Recorder(9);
    group.remove(link);
    group.add(other);
    assertEquals(List.of("1:0"), other.sent);
  }

  @Test
  void doesNotRepeatAFrameThatWasNeverSent() {
    OutboundFrame place = sender.place(false);
    sender.repeat(place);
    assertEquals(0, group.queuedFrames());
  }

  @Test
  void keepsNoUnsequencedFramesWithoutAStream() {
    group.offer(ping());
    data(sender, false, 10);
    assertEquals(1, group.queuedFrames());
  }

  @Test
  void isFloodedByAnswersThatNobodyReads() {
    Recorder link = new Recorder(0);
    group.add(link);
    for (int i = 0; i < StreamGroup.MAX_UNSEQUENCED; i++) {
      assertFalse(group.isFlooded());
      group.offer(ping());
    }
    assertTrue(group.isFlooded());
    link.room = 1;
    group.pump();
    assertFalse(group.isFlooded());
  }

  @Test
  void survivesAStreamThatDiesWhileItIsGivenAFrame() {
    StreamLink dying =
        new StreamLink() {
          @Override
          public boolean canSend() {
            return true;
          }

          @Override
          public long unconfirmedBytes() {
            return 0;
          }

          @Override
          public TcpState tcp() {
            return TcpState.UNKNOWN;
          }

          @Override
          public void send(OutboundFrame frame) {
            group.remove(this);
          }

          @Override
          public void close(String reason) {}
        };
    group.add(dying);
    data(sender, false, 10);
    Recorder next = new Recorder(9);
    group.add(next);
    assertEquals(List.of("1:0"), next.sent);
  }

  @Test
  void countsWhatWaitsForAStreamAndWhatTheStreamsStillHaveToCarry() {
    Recorder link = new Recorder(1);
    link.unconfirmedBytes = 1000;
    group.add(link);
    data(sender, false, 10);
    OutboundFrame waiting = data(sender, false, 20);
    assertEquals(1000 + waiting.wireBytes(), group.linkQueueBytes(0));
    link.unconfirmedBytes = 0;
    assertEquals(1000 + waiting.wireBytes(), group.linkQueueBytes(5_000_000), "not asked so soon");
    assertEquals(waiting.wireBytes(), group.linkQueueBytes(5_000_001));
  }

  /** References to a baseline: some bytes on the wire for a megabyte at the destination. */
  @Test
  void bytesThatShrinkToNothingStillFillTheWindow() throws WireException {
    group.add(new Recorder(99));
    int rawBytes = 64 << 20;
    for (int i = 0; i < 4; i++) {
      assertTrue(sender.hasRoom(0, 0, 0));
      sender.data(sender.place(false), payload(10), rawBytes);
    }
    assertTrue(sender.hasRoom(0, 0, 3 << 20));
    sender.data(sender.place(false), payload(10), rawBytes);
    assertFalse(sender.hasRoom(0, 0, 0));
    sender.acknowledged(new Frame.Ack(1, 5, 0));
    assertTrue(sender.hasRoom(0, 0, 0));
  }

  @Test
  void aFarPathThatWasNotSeenToCarryMuchIsSlowAndANearOneIsNot() throws WireException {
    Recorder link = new Recorder(99);
    link.unconfirmedBytes = 0;
    group.add(link);
    assertTrue(sender.isSlowPath(), "nothing is known of it");
    data(sender, false, 100_000);
    clock.advanceMillis(40);
    sender.acknowledged(new Frame.Ack(1, 1, 0));
    assertTrue(sender.isSlowPath());
    data(sender, false, 100_000);
    clock.advanceMillis(1);
    sender.acknowledged(new Frame.Ack(1, 2, 0));
    assertFalse(sender.isSlowPath());
    data(sender, false, 100_000);
    assertTrue(sender.linkQueueNanos() <= 0, "the destination has them, the link is free");
  }

  @Test
  void sendsPlacesInTheOrderInWhichTheyAreFilled() {
    Recorder link = new Recorder(9);
    group.add(link);
    OutboundFrame first = sender.place(false);
    OutboundFrame second = sender.place(false);
    assertEquals(2, sender.unsentFrames());
    sender.data(second, payload(10), 10);
    sender.data(first, payload(10), 10);
    assertEquals(List.of("1:1", "1:0"), link.sent);
    assertEquals(0, sender.unsentFrames());
    assertEquals(2, moved);
  }

  @Test
  void releasesPayloadWhenAcknowledgedAndNotBefore() throws WireException {
    group.add(new Recorder(9));
    data(sender, false, 10);
    data(sender, false, 10);
    clock.advanceMillis(10);
    assertEquals(2, buffers.held());
    assertEquals(2 * (10 + Limits.HEADER_BYTES), sender.backlogBytes());
    sender.acknowledged(new Frame.Ack(1, 1, 0));
    assertEquals(1, buffers.held());
    sender.acknowledged(new Frame.Ack(1, 1, 0));
    sender.acknowledged(new Frame.Ack(1, 2, 0));
    assertEquals(0, buffers.held());
    assertEquals(0, sender.backlogBytes());
    assertTrue(sender.isAllAcknowledged());
  }

  @Test
  void rejectsAnAcknowledgementOfAPlaceThatIsStillEmpty() {
    group.add(new Recorder(9));
    sender.place(false);
    assertThrows(WireException.class, () -> sender.acknowledged(new Frame.Ack(1, 1, 0)));
    assertFalse(sender.isAllAcknowledged());
  }

  @Test
  void hasNoRoomBeyondTheCreditOfThePeer() throws WireException {
    assertTrue(sender.hasRoom(0, Limits.INITIAL_CREDIT_BYTES - Limits.MAX_DATA_BYTES, 0));
    assertFalse(sender.hasRoom(0, Limits.INITIAL_CREDIT_BYTES - Limits.MAX_DATA_BYTES + 1, 0));
    sender.acknowledged(new Frame.Ack(1, 0, 2 * Limits.INITIAL_CREDIT_BYTES));
    assertTrue(sender.hasRoom(0, 2 * Limits.INITIAL_CREDIT_BYTES - Limits.MAX_DATA_BYTES, 0));
    sender.acknowledged(new Frame.Ack(1, 0, 5));
    assertTrue(sender.hasRoom(0, 2 * Limits.INITIAL_CREDIT_BYTES - Limits.MAX_DATA_BYTES, 0));
  }

  @Test
  void hasNoRoomForEverMoreSmallFrames() {
    for (int i = 0; i < ChannelSender.MAX_UNACKNOWLEDGED_FRAMES; i++) {
      assertTrue(sender.hasRoom(0, 0, 0));
      sender.place(true);
    }
    assertFalse(sender.hasRoom(0, 0, 0));
  }

  @Test
  void releasesWhatAWorkerFillsInAfterTheChannelWasDropped() {
    group.add(new Recorder(9));
    OutboundFrame place = sender.place(false);
    data(sender, false, 10);
    sender.drop();
    sender.data(place, payload(10), 10);
    assertEquals(0, buffers.held());
    assertEquals(0, group.queuedFrames());
  }
}
