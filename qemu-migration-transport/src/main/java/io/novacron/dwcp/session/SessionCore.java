package io.novacron.dwcp.session;

import io.novacron.dwcp.congestion.SendLimits;
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
  private final StreamGroup streams;
  private final LinkWatch watch;
  private final SessionExecutor executor;
  private final Map<Integer, ChannelEnd> channels = new LinkedHashMap<>();
  private final Map<Integer, Frame.Reset> unacknowledgedResets = new LinkedHashMap<>();
  private final Set<ChannelEnd> touched = new LinkedHashSet<>();
  private final Consumer<ChannelEnd> channelClosed;
  private boolean flushDue;
  private @Nullable SessionEnd end;

  /**
   * @param limits of what this side sends
   * @param channelClosed told of each channel when it has ended, in whatever way
   */
  SessionCore(
      SessionExecutor executor,
      LongSupplier nanoClock,
      SendLimits limits,
      Consumer<ChannelEnd> channelClosed) {
    this.executor = executor;
    this.streams = new StreamGroup(limits, nanoClock, executor::after);
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
    ping(); // how far the peer is decides what a migration begins with
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

  int channelCount() {
    return channels.size();
  }

  List<ChannelEnd> channels() {
    return List.copyOf(channels.values());
  }

  /** Sends a frame that is not sequenced; lost if its stream dies. */
  void sendNow(Frame frame) {
    streams.offer(OutboundFrame.unsequenced(FrameEncoder.encode(frame)));
  }

  /**
   * Sends what the peer's frame asks for.
   *
   * @throws WireException when so many answers wait that the peer cannot be reading them
   */
  private void answer(Frame frame) throws WireException {
    if (streams.isFlooded()) {
      throw new WireException("the peer sends and does not read: too many answers wait");
    }
    sendNow(frame);
  }

  /** Answers on the stream of the ping, unless that is busy: then what goes over it is as good. */
  static void pong(StreamLink link, Frame.Ping ping) {
    if (link.canSend()) {
      link.send(OutboundFrame.unsequenced(FrameEncoder.encode(new Frame.Pong(ping.token()))));
    }
  }

  /**
   * Takes a DATA frame; owns its payload.
   *
   * @param nextChannelId first id that no channel had yet
   */
  void data(Frame.Data data, int nextChannelId) throws WireException {
    ChannelEnd channel = channels.get(data.channelId());
    if (channel == null) {
      data.payload().release();
      checkKnown(data, nextChannelId);
      acknowledgeStale(data);
    } else {
      channel.data(data);
    }
  }

  void end(Frame.End frame, int nextChannelId) throws WireException {
    ChannelEnd channel = channels.get(frame.channelId());
    if (channel == null) {
      checkKnown(frame, nextChannelId);
      acknowledgeStale(frame);
    } else {
      channel.end(frame);
    }
  }

  /** A frame of a channel that was never here must not be acknowledged: it would be lost. */
  void checkKnown(Frame.Sequenced frame, int nextChannelId) throws WireException {
    if (frame.channelId() >= nextChannelId || frame.channelId() < 1) {
      throw new WireException(
          frame.getClass().getSimpleName()
              + " of channel "
              + frame.channelId()
              + ", which was never opened");
    }
  }

  /** The channel is gone here; its peer's end must not wait for an ACK that was lost. */
  void acknowledgeStale(Frame.Sequenced frame) throws WireException {
    answer(new Frame.Ack(frame.channelId(), frame.sequence() + 1, 0));
  }

  void acknowledged(Frame.Ack ack) throws WireException {
    ChannelEnd channel = channels.get(ack.channelId());
    if (channel != null) {
      channel.acknowledged(ack);
    }
  }

  void resetByPeer(Frame.Reset reset) throws WireException {
    answer(new Frame.ResetAck(reset.channelId()));
    ChannelEnd channel = channels.remove(reset.channelId());
    if (channel != null) {
      channel.abort("peer reset the channel (" + reset.code() + "): " + reset.reason());
      channelClosed.accept(channel);
    }
  }

  /** Resets that the peer was told of and has not confirmed. */
  int unacknowledgedResets() {
    return unacknowledgedResets.size();
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
      if (!channel.isClosed()) {
        flush(channel);
      }
    }
  }

  /** A failure of ours breaks this channel; it must neither leave it waiting nor harm others. */
  private void flush(ChannelEnd channel) {
    try {
      Frame.Ack ack = channel.takeAck();
      if (ack != null) {
        sendNow(ack);
      }
      channel.resume();
    } catch (RuntimeException | OutOfMemoryError e) {
      reset(channel, ResetCode.LOCAL, "this daemon failed: " + e);
    }
    if (!channel.isClosed() && channel.isFinished() && channels.remove(channel.id()) != null) {
      channel.close();
      channelClosed.accept(channel);
    }
  }

  /** Pings, silent streams, and once a second what no event would wake. */
  void tick() {
    for (StreamLink link : watch.silent()) {
      link.close("silent for more than 5 s");
    }
    ping();
    streams.look(watch.minRttNanos(), watch.nowNanos());
    if (watch.isSecondOver()) {
      channels().forEach(ChannelEnd::wake);
    }
  }

  private void ping() {
    for (StreamLink link : watch.dueForPing()) {
      if (link.canSend()) {
        link.send(OutboundFrame.unsequenced(FrameEncoder.encode(new Frame.Ping(watch.nowNanos()))));
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
