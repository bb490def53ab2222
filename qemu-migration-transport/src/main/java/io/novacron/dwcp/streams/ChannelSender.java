package io.novacron.dwcp.streams;

import io.novacron.dwcp.congestion.BacklogWindow;
import io.novacron.dwcp.congestion.BacklogWindow.SendMark;
import io.novacron.dwcp.congestion.PathRate;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.FrameEncoder;
import io.novacron.dwcp.wire.Limits;
import io.novacron.dwcp.wire.PayloadBuffer;
import io.novacron.dwcp.wire.WireException;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * One direction of a channel on its sending side: numbers frames, keeps them until acknowledged,
 * and knows how much more may be under way. Session thread only.
 *
 * <p>A place is taken ({@link #place}) in stream order before a worker encodes the batch, and
 * filled in any order after.
 */
public final class ChannelSender {
  /**
   * A return path of 50-byte messages has some 10,000 under way at 200 ms; the receiver keeps the
   * same bound, twice over, so that small frames cannot fill its memory below their credit.
   */
  public static final int MAX_UNACKNOWLEDGED_FRAMES = Limits.MAX_FRAMES_AHEAD / 2;

  /** 150 MB/s, 1.2 Gbit/s: half of what zstd level 1 takes on one core. */
  private static final double FAST_BYTES_PER_SECOND = 150e6;

  private final int channelId;
  private final StreamGroup streams;
  private final FairQueue.ChannelQueue queue;
  private final BacklogWindow window;
  private final LongSupplier nanoClock;
  private final Runnable moved;
  private final ArrayDeque<OutboundFrame> unacknowledged = new ArrayDeque<>();
  private long nextSequence;
  private long creditBytes = Limits.INITIAL_CREDIT_BYTES;
  private long sentPayloadBytes;
  private long backlogBytes;
  private long rawBacklogBytes;
  private long newestSentSequence = -1;
  private int unsentFrames;
  private long wireBytes;

  /**
   * @param migrationId of the migration that shares its part of the streams among its channels
   * @param moved told when a stream took a frame; must not call back at once
   */
  public ChannelSender(
      int channelId,
      long migrationId,
      StreamGroup streams,
      BacklogWindow window,
      LongSupplier nanoClock,
      Runnable moved) {
    this.channelId = channelId;
    this.streams = streams;
    this.queue = streams.open(migrationId);
    this.window = window;
    this.nanoClock = nanoClock;
    this.moved = moved;
  }

  /** Takes the next place in the channel's order. It must be filled, or the channel dropped. */
  public OutboundFrame place(boolean urgent) {
    OutboundFrame frame = new OutboundFrame(channelId, nextSequence++, urgent, queue, this::sent);
    unacknowledged.addLast(frame);
    unsentFrames++;
    return frame;
  }

  /** Sends a DATA frame in its place, which stands for so many raw bytes; owns {@code payload}. */
  public void data(OutboundFrame frame, PayloadBuffer payload, int rawBytes) {
    frame.fill(FrameEncoder.dataHeader(channelId, frame.sequence(), payload.bytes()), payload);
    if (!frame.isAcknowledged()) {
      backlogBytes += frame.wireBytes();
      frame.standsFor(rawBytes);
      rawBacklogBytes += rawBytes;
      sentPayloadBytes += frame.payloadBytes();
      streams.offer(frame);
    }
  }

  /** Sends OPEN, OPENED or END in its place. */
  public void control(OutboundFrame frame, Frame.Sequenced content) {
    frame.fill(FrameEncoder.encode(content), null);
    backlogBytes += frame.wireBytes();
    streams.offer(frame);
  }

  /**
   * Sends a frame again that was sent and is not acknowledged: the acknowledgement of a channel's
   * last frame is lost for good if its stream dies, since the peer has forgotten the channel then.
   */
  public void repeat(OutboundFrame frame) {
    if (frame.mark() != null) {
      streams.repeat(frame);
    }
  }

  private SendMark sent(OutboundFrame frame) {
    unsentFrames--;
    newestSentSequence = Math.max(newestSentSequence, frame.sequence());
    wireBytes += frame.wireBytes();
    moved.run();
    return window.mark(nanoClock.getAsLong(), backlogBytes - frame.wireBytes());
  }

  /** The peer delivered all frames below {@code ack.nextSequence()}. */
  public void acknowledged(Frame.Ack ack) throws WireException {
    check(ack.nextSequence());
    creditBytes = Math.max(creditBytes, ack.creditBytes());
    long ackedBytes = 0;
    SendMark newest = null;
    for (OutboundFrame head = unacknowledged.peekFirst();
        head != null && head.sequence() < ack.nextSequence();
        head = unacknowledged.peekFirst()) {
      unacknowledged.removeFirst();
      ackedBytes += head.wireBytes();
      rawBacklogBytes -= head.rawBytes();
      newest = head.mark();
      head.drop();
    }
    streams.acknowledged(ackedBytes, 4 * backlogBytes >= 3 * window.bytes());
    backlogBytes -= ackedBytes;
    window.lossy(streams.lossyBacklogBytes());
    if (newest != null) {
      window.acknowledged(ackedBytes, backlogBytes, newest, nanoClock.getAsLong());
    }
  }

  private void check(long acknowledgedSequence) throws WireException {
    if (acknowledgedSequence > nextSequence || acknowledgedSequence < 0) {
      throw new WireException(
          "ACK of sequence "
              + acknowledgedSequence
              + " on channel "
              + channelId
              + "; only "
              + nextSequence
              + " were sent");
    }
    for (OutboundFrame frame : unacknowledged) {
      if (frame.sequence() >= acknowledgedSequence) {
        return;
      }
      if (frame.mark() == null) {
        throw new WireException(
            "ACK of sequence "
                + frame.sequence()
                + " on channel "
                + channelId
                + ", which was not sent yet");
      }
    }
  }

  /**
   * Whether more may be taken from the local connection.
   *
   * @param pendingBytes estimate of the wire bytes of batches that wait to be encoded
   * @param pendingPayloadBytes the most that those batches can become
   * @param pendingRawBytes raw bytes of those batches
   */
  public boolean hasRoom(long pendingBytes, long pendingPayloadBytes, long pendingRawBytes) {
    return unacknowledged.size() < MAX_UNACKNOWLEDGED_FRAMES
        && backlogBytes + pendingBytes < window.bytes()
        && rawBacklogBytes + pendingRawBytes < window.rawBytes()
        && sentPayloadBytes + pendingPayloadBytes + Limits.MAX_DATA_BYTES <= creditBytes;
  }

  /** Frames that have a place but were not handed to a stream yet. */
  public int unsentFrames() {
    return unsentFrames;
  }

  /** Of the frame whose place is taken next. */
  public long nextSequence() {
    return nextSequence;
  }

  /** Whether a stream took this frame or a later one: the peer may have it. */
  public boolean isSent(long sequence) {
    return newestSentSequence >= sequence;
  }

  public boolean isAllAcknowledged() {
    return unacknowledged.isEmpty();
  }

  /**
   * How long what the link still has to carry waits; see {@link BacklogWindow#queueNanos}. On a
   * near path bytes that TCP has brought to the peer do not count: a busy destination is no slow
   * link. On a longer one they do: what confirms them may be a box on the way that queues.
   */
  public long linkQueueNanos() {
    long linkBytes = isNear() ? streams.linkQueueBytes(nanoClock.getAsLong()) : backlogBytes;
    return window.queueNanos(Math.min(backlogBytes, linkBytes));
  }

  /**
   * A far path that was not seen to carry what one core compresses. Without compression it would
   * fill sooner or later, and each try costs bytes.
   */
  public boolean isSlowPath() {
    return !isNear() && window.rateBytesPerSecond() < FAST_BYTES_PER_SECOND;
  }

  /** Nothing that was sent took long: the peer is in the same building. */
  public boolean isNear() {
    return PathRate.isNear(window.minRttNanos());
  }

  public long wireBytes() {
    return wireBytes;
  }

  public long backlogBytes() {
    return backlogBytes;
  }

  public BacklogWindow window() {
    return window;
  }

  /** Releases every frame, once; workers may still fill places, which then release at once. */
  public void drop() {
    streams.close(queue);
    for (OutboundFrame frame : unacknowledged) {
      frame.drop();
    }
    unacknowledged.clear();
  }
}
