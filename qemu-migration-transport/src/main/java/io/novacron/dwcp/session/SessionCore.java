package io.novacron.dwcp.session;

import io.novacron.dwcp.streams.OutboundFrame;
import io.novacron.dwcp.streams.StreamGroup;
import io.novacron.dwcp.streams.StreamLink;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.FrameEncoder;
import io.novacron.dwcp.wire.ResetCode;
import io.novacron.dwcp.wire.WireException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What both sides of a session share: its streams, its open channels, and the hand-over of frames
 * between them. Knows nothing of who opens channels.
 *
 * <p>Invariant over stream deaths: sequenced frames are re-sent by {@link StreamGroup}, resets
 * until RESET_ACK by this class, and acknowledgements are repeated for every channel when a stream
 * comes or goes. Session thread only.
 */
final class SessionCore implements ChannelEnd.Owner {
  private final StreamGroup streams = new StreamGroup();
  private final LinkWatch watch;
  private final SessionExecutor executor;
  private final Map<Integer, ChannelEnd> channels = new LinkedHashMap<>();
  private final Map<Integer, Frame.Reset> unacknowledgedResets = new LinkedHashMap<>();
  private final Set<ChannelEnd> touched = new LinkedHashSet<>();
  private final Consumer<ChannelEnd> channelClosed;
  private boolean flushDue;
  private @Nullable SessionEnd end;

  /**
   * @param channelClosed told of each channel when it has ended, in whatever way
   */
  SessionCore(
      SessionExecutor executor, LongSupplier nanoClock, Consumer<ChannelEnd> channelClosed) {
    this.executor = executor;
    this.watch = new LinkWatch(nanoClock);
    this.channelClosed = channelClosed;
  }

  StreamGroup streams() {
    return streams;
  }

  LinkWatch watch() {
    return watch;
  }

  void add(StreamLink link) {
    watch.added(link);
    streams.add(link);
    repeatUnreliable();
  }

  void remove(StreamLink link) {
    watch.removed(link);
    streams.remove(link);
    repeatUnreliable();
  }

  /** What may have been lost with a stream and is not sequenced: acknowledgements and resets. */
  private void repeatUnreliable() {
    channels.values().forEach(ChannelEnd::markAckDue);
    unacknowledgedResets.values().forEach(this::sendNow);
  }

  void register(ChannelEnd channel) {
    channels.put(channel.id(), channel);
  }

  @Nullable ChannelEnd channel(int channelId) {
    return channels.get(channelId);
  }

  List<ChannelEnd> channels() {
    return List.copyOf(channels.values());
  }

  /** Sends a frame that is not sequenced; lost if its stream dies. */
  void sendNow(Frame frame) {
    streams.offer(OutboundFrame.unsequenced(FrameEncoder.encode(frame)));
  }

  void data(Frame.Data data) throws WireException {
    ChannelEnd channel = channels.get(data.channelId());
    if (channel == null) {
      data.payload().release();
      acknowledgeStale(data);
    } else {
      channel.data(data);
    }
  }

  void end(Frame.End frame) {
    ChannelEnd channel = channels.get(frame.channelId());
    if (channel == null) {
      acknowledgeStale(frame);
    } else {
      channel.end(frame);
    }
  }

  /** The channel is gone here; its peer's end must not wait for an ACK that was lost. */
  private void acknowledgeStale(Frame.Sequenced frame) {
    sendNow(new Frame.Ack(frame.channelId(), frame.sequence() + 1, 0));
  }

  void acknowledged(Frame.Ack ack) throws WireException {
    ChannelEnd channel = channels.get(ack.channelId());
    if (channel != null) {
      channel.acknowledged(ack);
    }
  }

  void resetByPeer(Frame.Reset reset) {
    sendNow(new Frame.ResetAck(reset.channelId()));
    ChannelEnd channel = channels.remove(reset.channelId());
    if (channel != null) {
      channel.abort("peer reset the channel (" + reset.code() + "): " + reset.reason());
      channelClosed.accept(channel);
    }
  }

  void resetAcknowledged(Frame.ResetAck ack) {
    unacknowledgedResets.remove(ack.channelId());
  }

  @Override
  public void reset(ChannelEnd channel, ResetCode code, String reason) {
    if (channels.remove(channel.id()) == null) {
      return;
    }
    channel.abort(reason);
    Frame.Reset reset = new Frame.Reset(channel.id(), code, reason);
    unacknowledgedResets.put(channel.id(), reset);
    sendNow(reset);
    channelClosed.accept(channel);
  }

  @Override
  public void touch(ChannelEnd channel) {
    touched.add(channel);
    if (!flushDue) {
      flushDue = true;
      executor.later(this::flush);
    }
  }

  private void flush() {
    flushDue = false;
    List<ChannelEnd> due = new ArrayList<>(touched);
    touched.clear();
    for (ChannelEnd channel : due) {
      if (channel.isClosed()) {
        continue;
      }
      Frame.Ack ack = channel.takeAck();
      if (ack != null) {
        sendNow(ack);
      }
      channel.resume();
      if (channel.isFinished() && channels.remove(channel.id()) != null) {
        channel.close();
        channelClosed.accept(channel);
      }
    }
  }

  @Nullable SessionEnd ended() {
    return end;
  }

  /** Ends the session: resets what is open, says goodbye where a stream can still carry it. */
  void finish(SessionEnd cause) {
    if (end != null) {
      return;
    }
    end = cause;
    for (ChannelEnd channel : channels()) {
      channels.remove(channel.id());
      channel.abort(cause.reason());
      channelClosed.accept(channel);
    }
    List<StreamLink> links = streams.links();
    streams.clear();
    OutboundFrame goodbye =
        OutboundFrame.unsequenced(FrameEncoder.encode(new Frame.Goodbye(cause.reason())));
    for (StreamLink link : links) {
      link.send(goodbye);
      link.close(cause.reason());
    }
  }
}
