package io.novacron.dwcp.session;

import io.novacron.dwcp.congestion.PathRate;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.congestion.StreamCount;
import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.streams.OutboundFrame;
import io.novacron.dwcp.streams.PathHealth;
import io.novacron.dwcp.streams.StreamGroup;
import io.novacron.dwcp.streams.StreamLink;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.Limits;
import io.novacron.dwcp.wire.WireException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The source daemon's side of a session: opens channels, and decides when the session is over.
 *
 * <p>Channels get consecutive ids, and the destination connects them in that order, since QEMU
 * takes the first connection to its port for the migration's main one. What happens when the peer
 * dies on any line: channels are reset here, the local libvirt or QEMU sees a broken connection,
 * and libvirt lets the guest run on here; once the destination runs the guest, libvirt's own Finish
 * decides. Session thread only.
 */
public final class SourceSession implements StreamSession, LivePath {
  /** Told what becomes of the session and its channels. */
  public interface Listener {
    void channelClosed(ChannelEnd channel);

    /** A stream is gone; the session may be over with it. */
    void streamLost();

    void ended(SessionEnd end);
  }

  /** A minute: the next migration to the same peer, if one of a series, finds the session warm. */
  private static final long IDLE_NANOS = 60_000_000_000L;

  /** Half of what a destination takes: there a channel may live on while its end is on the way. */
  private static final int MAX_CHANNELS = Limits.MAX_OPEN_CHANNELS / 2;

  private final SessionCore core;
  private final ChannelFactory factory;
  private final SessionSettings settings;
  private final OutageRule outage;
  private final Listener listener;
  private final int version;
  private int nextChannelId = 1;
  private long idleSinceNanos;
  private PathRate path = PathRate.UNKNOWN;

  /**
   * @param version of the protocol that this session speaks
   * @param limits of what this host sends to the peer
   */
  public SourceSession(
      int version,
      ChannelFactory factory,
      SessionSettings settings,
      SendLimits limits,
      Listener listener) {
    this.version = version;
    this.factory = factory;
    this.settings = settings;
    this.listener = listener;
    this.core = new SessionCore(factory.executor(), factory.nanoClock(), limits, this::closed);
    this.outage = new OutageRule(core, settings);
    this.idleSinceNanos = factory.nanoClock().getAsLong();
  }

  private void closed(ChannelEnd channel) {
    idleSinceNanos = factory.nanoClock().getAsLong();
    path = known(channel);
    listener.channelClosed(channel);
  }

  /** RPC messages say nothing of the path's rate; what a migration's stream found out, does. */
  private PathRate known(ChannelEnd channel) {
    PathRate found = channel.outbound().sender().window().path();
    return switch (channel.kind()) {
      case MEMORY, DISK -> found.isKnown() ? found : path;
      case LIBVIRT_RPC -> path;
    };
  }

  /**
   * Opens a channel for a local connection. Nothing is read from it before the destination is
   * connected; when it can't, {@link LocalEnd#reset} is called: at once, and the channel is closed,
   * if the session is over or has too many.
   */
  public ChannelEnd open(ChannelRequest request, LocalEnd local) {
    Frame.Open open = request.open(nextChannelId);
    ChannelEnd channel =
        factory.source(
            version,
            open,
            core,
            settings.receiveWindowBytes(),
            core.streams(),
            path.orAt(minRttNanos()),
            request.earlyWrites());
    channel.attach(local);
    Baseline baseline = request.baseline();
    if (baseline != null) {
      channel.baseline().offer(baseline.retain());
    }
    channel.images().offer(request.images());
    String refusal = refusal();
    if (!refusal.isEmpty()) {
      channel.abort(refusal);
      return channel;
    }
    nextChannelId++;
    core.register(channel);
    OutboundFrame place = channel.outbound().sender().place(true);
    channel.outbound().sender().control(place, open);
    return channel;
  }

  private String refusal() {
    SessionEnd end = core.ended();
    if (end != null) {
      return "the session ended: " + end.reason();
    }
    return core.channelCount() < MAX_CHANNELS
        ? ""
        : MAX_CHANNELS + " channels are open to this peer";
  }

  @Override
  public void streamUp(StreamLink link) {
    core.add(link);
  }

  @Override
  public void streamDown(StreamLink link) {
    core.remove(link);
    if (core.streams().liveStreams() == 0 && core.channels().isEmpty()) {
      finish(new SessionEnd.Idle("the peer closed an idle session"));
    }
    listener.streamLost();
  }

  @Override
  public void heard(StreamLink link) {
    core.watch().heard(link);
  }

  @Override
  public void writable() {
    core.streams().pump();
  }

  @Override
  public void frame(StreamLink link, Frame frame) throws WireException {
    switch (frame) {
      case Frame.Opened opened -> opened(opened);
      case Frame.Data data -> core.data(data, nextChannelId);
      case Frame.End end -> core.end(end, nextChannelId);
      case Frame.Ack ack -> core.acknowledged(ack);
      case Frame.Reset reset -> core.resetByPeer(reset);
      case Frame.ResetAck ack -> core.resetAcknowledged(ack);
      case Frame.Ping ping -> SessionCore.pong(link, ping);
      case Frame.Pong pong -> core.watch().pong(pong.token());
      case Frame.Goodbye goodbye ->
          finish(new SessionEnd.Ended("the peer ended the session: " + goodbye.reason()));
      case Frame.Open open ->
          throw new WireException("OPEN of channel " + open.channelId() + " from a destination");
      case Frame.Hello ignored -> throw misplaced("HELLO");
      case Frame.HelloReply ignored -> throw misplaced("HELLO_REPLY");
      case Frame.Refuse ignored -> throw misplaced("REFUSE");
    }
  }

  static WireException misplaced(String what) {
    return new WireException(what + " after the handshake of the stream");
  }

  private void opened(Frame.Opened opened) throws WireException {
    ChannelEnd channel = core.channel(opened.channelId());
    if (channel == null) {
      core.checkKnown(opened, nextChannelId);
      core.acknowledgeStale(opened);
      return;
    }
    if (!channel.isOpened()) {
      channel.baseline().answered(opened);
      channel.images().answered(opened);
      channel.opened();
    }
    channel.markAckDue();
  }

  @Override
  public void tick() {
    core.watch().hurry(outage.isGuestWaiting());
    core.tick();
    outage.giveUpSwitchovers();
    outage.judge().ifPresent(this::finish);
    long idleNanos = factory.nanoClock().getAsLong() - idleSinceNanos;
    if (core.channels().isEmpty() && idleNanos > IDLE_NANOS) {
      finish(new SessionEnd.Idle("no channel for a minute"));
    }
  }

  /** Ends the session now; every open channel is reset. Harmless when repeated. */
  public void finish(SessionEnd end) {
    if (core.ended() == null) {
      core.finish(end);
      listener.ended(end);
    }
  }

  public @Nullable SessionEnd ended() {
    return core.ended();
  }

  @Override
  public int liveStreams() {
    return core.streams().liveStreams();
  }

  public boolean hasChannels() {
    return !core.channels().isEmpty();
  }

  /** How long nothing was heard of the peer on this session, which may be over. */
  public long unheardNanos() {
    return core.watch().unheardNanos();
  }

  /** Round trip of the last ping in nanoseconds; 0 before the first. */
  public long rttNanos() {
    return core.watch().rttNanos();
  }

  /** The least round trip of any ping; {@link Long#MAX_VALUE} before the first. */
  @Override
  public long minRttNanos() {
    return core.watch().minRttNanos();
  }

  /** What went over its streams so far, for the choice of their number. */
  public StreamCount.Load load() {
    StreamGroup streams = core.streams();
    return new StreamCount.Load(
        streams.acknowledgedBytes(),
        streams.fullBytes(),
        core.watch().rttNanos(),
        streams.health().isLossy());
  }

  /** What the kernel says of its path. */
  public PathHealth pathHealth() {
    return core.streams().health();
  }

  /** Only so many streams carry frames from now on; the others stand by. */
  public void useStreams(int count) {
    core.streams().use(count);
  }

  /** Closes those that stand by, but for so many in all. */
  public void dropStreams(int count) {
    List<StreamLink> links = core.streams().links();
    for (StreamLink each : links.subList(Math.min(count, links.size()), links.size())) {
      each.close("not needed any more");
    }
  }

  public long resentFrames() {
    return core.streams().resentFrames();
  }
}
