package io.novacron.dwcp.streams;

import io.novacron.dwcp.congestion.BacklogWindow.SendMark;
import io.novacron.dwcp.wire.PayloadBuffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A frame on its way out. Sequenced ones live from the moment their place in the channel is taken
 * until the peer acknowledges them; they own their payload for that long. Session thread only.
 */
public final class OutboundFrame {
  /** Told when a stream took the frame for the first time. */
  public interface SentListener {
    SendMark sent(OutboundFrame frame);
  }

  private final int channelId;
  private final long sequence;
  private final boolean urgent;
  private final FairQueue.@Nullable ChannelQueue queue;
  private final @Nullable SentListener listener;
  private @Nullable ByteBuffer header;
  private @Nullable PayloadBuffer payload;
  private @Nullable SendMark mark;
  private int rawBytes;
  private boolean acknowledged;
  private boolean waiting;

  /**
   * @param sequence place in the channel's direction, or -1 for a frame that is never sent again
   * @param queue where it waits if it is not urgent; null for a frame of no channel
   */
  OutboundFrame(
      int channelId,
      long sequence,
      boolean urgent,
      FairQueue.@Nullable ChannelQueue queue,
      @Nullable SentListener listener) {
    this.channelId = channelId;
    this.sequence = sequence;
    this.urgent = urgent;
    this.queue = queue;
    this.listener = listener;
  }

  /** A frame outside any channel's order, such as ACK or PING; lost with its stream. */
  public static OutboundFrame unsequenced(ByteBuffer bytes) {
    OutboundFrame frame = new OutboundFrame(0, -1, true, null, null);
    frame.header = bytes;
    return frame;
  }

  /** Gives the frame its bytes; from now on it may be offered. Owns {@code payload}. */
  public void fill(ByteBuffer headerBytes, @Nullable PayloadBuffer payloadBytes) {
    header = headerBytes;
    payload = payloadBytes;
    if (acknowledged && payloadBytes != null) {
      payloadBytes.release(); // the channel was dropped while a worker encoded
      payload = null;
    }
  }

  public ByteBuffer header() {
    ByteBuffer bytes = header;
    if (bytes == null) {
      throw new IllegalStateException(
          "frame " + sequence + " of channel " + channelId + " is empty");
    }
    return bytes.duplicate();
  }

  public @Nullable PayloadBuffer payload() {
    return payload;
  }

  public int channelId() {
    return channelId;
  }

  public long sequence() {
    return sequence;
  }

  public boolean isSequenced() {
    return sequence >= 0;
  }

  boolean isUrgent() {
    return urgent;
  }

  FairQueue.@Nullable ChannelQueue queue() {
    return queue;
  }

  public int payloadBytes() {
    return payload == null ? 0 : payload.bytes().remaining();
  }

  /** Bytes of the local connection that the frame stands for. */
  int rawBytes() {
    return rawBytes;
  }

  void standsFor(int localBytes) {
    rawBytes = localBytes;
  }

  public int wireBytes() {
    return (header == null ? 0 : header.limit()) + payloadBytes();
  }

  public @Nullable SendMark mark() {
    return mark;
  }

  void sent() {
    if (listener != null && mark == null) {
      mark = listener.sent(this);
    }
  }

  /** Whether it lies in a queue of the stream group. */
  boolean isWaiting() {
    return waiting;
  }

  void waiting(boolean now) {
    waiting = now;
  }

  boolean isAcknowledged() {
    return acknowledged;
  }

  /** The peer has it, or the channel is gone: never to be sent again. Releases the payload. */
  void drop() {
    acknowledged = true;
    PayloadBuffer held = payload;
    payload = null;
    if (held != null) {
      held.release();
    }
  }
}
