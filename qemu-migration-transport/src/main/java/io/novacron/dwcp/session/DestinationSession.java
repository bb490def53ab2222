package io.novacron.dwcp.session;

import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.streams.OutboundFrame;
import io.novacron.dwcp.streams.StreamLink;
import io.novacron.dwcp.wire.Digest;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.Limits;
import io.novacron.dwcp.wire.PageRange;
import io.novacron.dwcp.wire.ProtocolVersions;
import io.novacron.dwcp.wire.ResetCode;
import io.novacron.dwcp.wire.WireException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The destination daemon's side of a session: connects the channels that the source opens, in the
 * order of their ids, each exactly once.
 *
 * <p>When the session is given up, local connections are reset: an incoming QEMU that was not
 * finished dies with its connection and libvirt destroys it; one that was finished runs and needs
 * nothing from us. Session thread only.
 */
public final class DestinationSession implements StreamSession {
  /** Makes the local connection of a channel; answers on the session's thread, once. */
  public interface Connector {
    void connect(Frame.Open open, ChannelEnd channel, Outcome outcome);
  }

  /** The end of one connection attempt. */
  public interface Outcome {
    /**
     * QEMU or libvirt is connected.
     *
     * @param baseline what this host holds of the one that OPEN names; null for none. A holder of
     *     its own, which the session closes
     * @param images what this host has below the guest's disks. Holders of their own as well
     */
    void connected(LocalEnd local, @Nullable Baseline baseline, List<ImageIndex> images);

    /** Without images. */
    default void connected(LocalEnd local, @Nullable Baseline baseline) {
      connected(local, baseline, List.of());
    }

    /** Without a baseline, without images. */
    default void connected(LocalEnd local) {
      connected(local, null);
    }

    void failed(String reason);
  }

  /** Told what becomes of the session and its channels. */
  public interface Listener {
    void channelClosed(ChannelEnd channel);

    void ended(SessionEnd end);
  }

  private final SessionCore core;
  private final ChannelFactory factory;
  private final SessionSettings settings;
  private final Connector connector;
  private final Listener listener;
  private final HistoryLedger history;
  private final OutageRule outage;
  private final Map<Integer, Frame.Open> pendingOpens = new HashMap<>();
  private final Set<Integer> resetEarly = new HashSet<>();
  private final int version;
  private int nextChannelId = 1;
  private boolean connecting;

  /**
   * @param version of the protocol that this session speaks
   */
  public DestinationSession(
      int version,
      ChannelFactory factory,
      SessionSettings settings,
      long historyBudgetBytes,
      Connector connector,
      Listener listener) {
    this.version = version;
    this.factory = factory;
    this.settings = settings;
    this.history = new HistoryLedger(historyBudgetBytes);
    this.connector = connector;
    this.listener = listener;
    this.core =
        new SessionCore(
            factory.executor(),
            factory.nanoClock(),
            SendLimits
                .none(), // replies and acknowledgements: the source's limits hold back the rest
            this::closed);
    this.outage = new OutageRule(core, settings);
  }

  private void closed(ChannelEnd channel) {
    history.release(channel.id());
    listener.channelClosed(channel);
  }

  @Override
  public void streamUp(StreamLink link) {
    core.add(link);
  }

  @Override
  public void streamDown(StreamLink link) {
    core.remove(link); // kept for the budget even without a channel: an OPEN may be on its way
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
      case Frame.Open open -> open(open);
      case Frame.Data data -> core.data(data, nextChannelId);
      case Frame.End end -> core.end(end, nextChannelId);
      case Frame.Ack ack -> core.acknowledged(ack);
      case Frame.Reset reset -> reset(reset);
      case Frame.ResetAck ack -> core.resetAcknowledged(ack);
      case Frame.Ping ping -> SessionCore.pong(link, ping);
      case Frame.Pong pong -> core.watch().pong(pong.token());
      case Frame.Goodbye goodbye ->
          finish(new SessionEnd.Ended("the source ended the session: " + goodbye.reason()));
      case Frame.Opened opened ->
          throw new WireException("OPENED of channel " + opened.channelId() + " from a source");
      case Frame.Hello ignored -> throw SourceSession.misplaced("HELLO");
      case Frame.HelloReply ignored -> throw SourceSession.misplaced("HELLO_REPLY");
      case Frame.Refuse ignored -> throw SourceSession.misplaced("REFUSE");
    }
  }

  private void open(Frame.Open open) throws WireException {
    int channelId = open.channelId();
    if (channelId < nextChannelId) {
      ChannelEnd channel = core.channel(channelId);
      if (channel != null) {
        channel.markAckDue();
      } else {
        core.acknowledgeStale(open);
      }
      return;
    }
    checkNear("OPEN", channelId);
    if (open.baseline() != null && version < ProtocolVersions.BASELINES) {
      throw new WireException("OPEN names a baseline, in version " + version);
    }
    if (!open.images().isEmpty() && version < ProtocolVersions.IMAGES) {
      throw new WireException("OPEN names an image, in version " + version);
    }
    if (core.unacknowledgedResets() >= Limits.MAX_OPEN_CHANNELS) {
      throw new WireException(
          "OPEN of channel " + channelId + " from a source that confirms no RESET");
    }
    if (!resetEarly.contains(channelId)) {
      pendingOpens.putIfAbsent(channelId, open);
      connectNext();
    }
  }

  private void checkNear(String what, int channelId) throws WireException {
    if (channelId - nextChannelId >= Limits.MAX_OPEN_CHANNELS) {
      throw new WireException(
          what
              + " of channel "
              + channelId
              + " while "
              + nextChannelId
              + " is next; at most "
              + Limits.MAX_OPEN_CHANNELS
              + " ahead");
    }
  }

  /**
   * A channel may be reset before its turn to be connected came, or before its OPEN, which then may
   * never come: the RESET takes its place in the order.
   */
  private void reset(Frame.Reset reset) throws WireException {
    int channelId = reset.channelId();
    if (channelId >= nextChannelId) {
      checkNear("RESET", channelId);
      pendingOpens.remove(channelId);
      resetEarly.add(channelId);
      connectNext();
    }
    core.resetByPeer(reset);
  }

  private void connectNext() {
    while (!connecting && core.ended() == null) {
      Frame.Open open = pendingOpens.remove(nextChannelId);
      boolean wasReset = resetEarly.remove(nextChannelId);
      if (open == null && !wasReset) {
        return;
      }
      nextChannelId++;
      if (open != null) {
        connect(open);
      }
    }
  }

  private void connect(Frame.Open open) {
    String refusal = history.refusal(open);
    Frame.Open granted = refusal.isEmpty() ? open : withoutHistory(open);
    history.take(granted);
    ChannelEnd channel =
        factory.destination(version, granted, core, settings.receiveWindowBytes(), core.streams());
    core.register(channel);
    if (core.channelCount() > Limits.MAX_OPEN_CHANNELS) {
      core.reset(
          channel, ResetCode.CONNECT, Limits.MAX_OPEN_CHANNELS + " channels are open already");
      return;
    }
    if (!refusal.isEmpty()) {
      core.reset(channel, ResetCode.PROTOCOL, refusal);
      return;
    }
    connecting = true;
    Attempt attempt = new Attempt(open, channel);
    try {
      connector.connect(open, channel, attempt);
    } catch (RuntimeException e) {
      attempt.failed("this daemon failed: " + e);
    }
  }

  /** Nothing is allocated for a history that will be refused. */
  private static Frame.Open withoutHistory(Frame.Open open) {
    return new Frame.Open(open.channelId(), open.kind(), open.migrationId(), open.port(), 0);
  }

  private final class Attempt implements Outcome {
    private final Frame.Open open;
    private final ChannelEnd channel;
    private boolean answered;

    Attempt(Frame.Open open, ChannelEnd channel) {
      this.open = open;
      this.channel = channel;
    }

    @Override
    public void connected(LocalEnd local, @Nullable Baseline baseline, List<ImageIndex> images) {
      answered = true;
      connecting = false;
      if (channel.isClosed()) {
        local.reset("the channel was reset while it was connected");
        if (baseline != null) {
          baseline.close();
        }
        images.forEach(ImageIndex::close);
      } else {
        channel.attach(local);
        List<PageRange> missing = agreed(baseline);
        int taken = channel.images().take(open, images);
        Frame.Opened opened = new Frame.Opened(channel.id(), missing, taken);
        OutboundFrame place = channel.outbound().sender().place(true);
        channel.outbound().sender().control(place, opened);
        channel.opened();
      }
      connectNext();
    }

    /** The pages that are missing here of the baseline that both use from now on; null for none. */
    private @Nullable List<PageRange> agreed(@Nullable Baseline baseline) {
      if (baseline == null) {
        return null;
      }
      boolean isWanted = Digest.of(baseline.id()).equals(open.baseline());
      List<PageRange> missing = isWanted ? ChannelBaseline.missing(baseline) : null;
      if (missing == null || !hasRoom(baseline)) {
        baseline.close();
        return null;
      }
      channel.baseline().use(baseline);
      return missing;
    }

    /** The pages of memory are held in memory, those of a disk stay on this host's disk. */
    private boolean hasRoom(Baseline baseline) {
      return switch (baseline) {
        case BaselinePages pages -> history.takeBaseline(open, pages.pages());
        case DiskBaseline disk -> disk.pages() <= DiskBaseline.MAX_PAGES;
      };
    }

    @Override
    public void failed(String reason) {
      if (answered) {
        core.reset(channel, ResetCode.LOCAL, reason);
        return;
      }
      answered = true;
      connecting = false;
      core.reset(channel, ResetCode.CONNECT, reason);
      connectNext();
    }
  }

  @Override
  public void tick() {
    core.tick();
    outage
        .judge()
        .ifPresent(
            end -> finish(core.channelCount() == 0 ? new SessionEnd.Idle(end.reason()) : end));
  }

  /** Ends the session now; every open channel is reset. Harmless when repeated. */
  public void finish(SessionEnd end) {
    if (core.ended() == null) {
      core.finish(end);
      listener.ended(end);
    }
  }

  public int liveStreams() {
    return core.streams().liveStreams();
  }

  public boolean hasChannels() {
    return !core.channels().isEmpty();
  }

  /** The least round trip of any ping; {@link Long#MAX_VALUE} before the first. */
  public long minRttNanos() {
    return core.watch().minRttNanos();
  }

  public long rttNanos() {
    return core.watch().rttNanos();
  }
}
