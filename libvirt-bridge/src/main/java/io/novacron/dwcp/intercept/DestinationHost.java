package io.novacron.dwcp.intercept;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.novacron.dwcp.baseline.Baselines;
import io.novacron.dwcp.image.Images;
import io.novacron.dwcp.netty.DestinationSessions;
import io.novacron.dwcp.netty.LocalSocketHandler;
import io.novacron.dwcp.netty.LocalSockets;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.relay.CallGate;
import io.novacron.dwcp.relay.DestinationRelay;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.MigrationEvent.Subject;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.DestinationSession;
import io.novacron.dwcp.session.LivePath;
import io.novacron.dwcp.session.SessionEnd;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Digest;
import io.novacron.dwcp.wire.Frame;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The destination's side of interception: connects channels to this host's libvirt, and to those
 * loopback ports that this libvirt itself announced for a carried migration of the same connection.
 *
 * <p>An incoming QEMU port is connected only because the source connected: the first connection to
 * it IS the migration, so nothing here probes.
 */
public final class DestinationHost implements DestinationSessions.Host {
  private static final Logger LOG = LoggerFactory.getLogger(DestinationHost.class);

  private final String hostName;
  private final Supplier<CallGate> gates;
  private final Supplier<Path> libvirtSocket;
  private final MigrationJournal journal;
  private final Optional<Baselines> baselines;
  private final Optional<Images> images;
  private final long historyBudgetBytes;

  /**
   * @param libvirtSocket asked for each connection
   * @param gates for each connection one
   * @param baselines empty where they are switched off
   * @param images empty where they are switched off
   * @param historyBudgetBytes of one migration
   */
  public DestinationHost(
      String hostName,
      Supplier<Path> libvirtSocket,
      Supplier<CallGate> gates,
      MigrationJournal journal,
      Optional<Baselines> baselines,
      Optional<Images> images,
      long historyBudgetBytes) {
    this.hostName = hostName;
    this.gates = gates;
    this.libvirtSocket = libvirtSocket;
    this.journal = journal;
    this.baselines = baselines;
    this.images = images;
    this.historyBudgetBytes = historyBudgetBytes;
  }

  @Override
  public DestinationSession.Connector connector(
      String sourceHost, int version, EventLoop loop, LivePath path) {
    GuestVisits.With with =
        new GuestVisits.With(baselines, images, sourceHost, version, historyBudgetBytes, path);
    return new SessionConnector(with, loop);
  }

  @Override
  public void accepted(String sourceHost, String from) {
    journal.decided("peer-accepted", sourceHost, Map.of("from", from));
  }

  @Override
  public void refused(String from, String reason) {
    journal.count("peers.refused");
    journal.decided("peer-refused", "", Map.of("from", from, "reason", reason));
  }

  @Override
  public void channelClosed(String sourceHost, ChannelEnd channel) {
    if (!channel.abortReason().isEmpty()) {
      journal.count("channels.reset");
    }
  }

  @Override
  public void sessionEnded(String sourceHost, SessionEnd end) {
    journal.count("sessions.ended");
  }

  /** What one libvirt connection of the session has announced. */
  private record LibvirtConnection(
      DestinationRelay relay, MigrationFollower follower, GuestVisits visits, ImageVisits images) {}

  /** The connections of one session; on its event loop. */
  private final class SessionConnector implements DestinationSession.Connector {
    private final GuestVisits.With with;
    private final EventLoop loop;
    private final Map<Long, LibvirtConnection> connections = new HashMap<>();

    SessionConnector(GuestVisits.With with, EventLoop loop) {
      this.with = with;
      this.loop = loop;
    }

    @Override
    public void connect(Frame.Open open, ChannelEnd channel, DestinationSession.Outcome outcome) {
      switch (open.kind()) {
        case LIBVIRT_RPC -> libvirt(open, channel, outcome);
        case MEMORY, DISK -> data(open, channel, outcome);
      }
    }

    private void libvirt(Frame.Open open, ChannelEnd channel, DestinationSession.Outcome outcome) {
      long connectionId = open.migrationId();
      if (connections.containsKey(connectionId)) {
        outcome.failed(
            "the libvirt connection " + connectionId + " of this session is open already");
        return;
      }
      MigrationFollower.Ends ends =
          new MigrationFollower.Ends(Role.DESTINATION, with.peerHost(), hostName);
      MigrationFollower follower =
          new MigrationFollower(journal, loop, ends, with.path()::liveStreams);
      GuestVisits visits = new GuestVisits(with, loop);
      ImageVisits images = new ImageVisits(with, loop);
      DestinationRelay relay = new DestinationRelay();
      DestinationRelayHandler handler =
          new DestinationRelayHandler(
              relay,
              gates.get(),
              what -> refused(with.peerHost(), what),
              () -> with.path().liveStreams() == 0,
              event -> {
                follower.event(event);
                visits.event(event);
                images.event(event);
                verdict(event, channel);
              },
              () -> connections.remove(connectionId));
      connections.put(connectionId, new LibvirtConnection(relay, follower, visits, images));
      Path path = libvirtSocket.get();
      LocalSockets.connectUnix(loop, path, socket -> socket.pipeline().addLast("relay", handler))
          .addListener((ChannelFuture result) -> {
            if (!result.isSuccess()) {
              connections.remove(connectionId);
            }
            answer(result, path.toString(), channel, local -> outcome.connected(local), outcome);
          });
    }

    private void refused(String sourceHost, String what) {
      journal.count("calls.refused");
      journal.decided("call-refused", sourceHost, Map.of("call", what));
      LOG.warn("{} asked this host's libvirt for what no migration needs: {}", sourceHost, what);
    }

    /** The session waits longer where nobody else may decide which host runs the guest. */
    private static void verdict(MigrationEvent event, ChannelEnd channel) {
      switch (event) {
        case MigrationEvent.Finishing finishing -> {
          if (!finishing.cancelled()) {
            channel.verdictAwaited();
          }
        }
        case MigrationEvent.Ended over -> {
          if (over.outcome().answersHandOver()) {
            channel.verdictGiven();
          }
        }
        case MigrationEvent.Requested ignored -> {}
        case MigrationEvent.Prepared ignored -> {}
        case MigrationEvent.NotUnderstood ignored -> {}
      }
    }

    private void data(Frame.Open open, ChannelEnd channel, DestinationSession.Outcome outcome) {
      LibvirtConnection connection = connections.get(open.migrationId());
      if (connection == null || !connection.relay().announcedPorts().contains(open.port())) {
        outcome.failed(
            "port " + open.port() + " was not announced by this host's libvirt for the migration");
        return;
      }
      connection.follower().addToNewest(channel);
      GuestVisits visits = connection.visits();
      Subject subject = visits.newest();
      visits.follow(subject, channel);
      visits.followDisk(subject, channel, false);
      ImageVisits images = connection.images();
      Subject guest = images.newest();
      images.follow(guest, channel);
      LocalSockets.connectLoopback(loop, open.port(), socket -> {})
          .addListener((ChannelFuture result) ->
              answer(
                  result,
                  "127.0.0.1:" + open.port(),
                  channel,
                  local -> {
                    DestinationSession.Outcome withImages = images.with(open, guest, outcome);
                    withBaseline(open, visits, subject, local, withImages);
                  },
                  outcome));
    }

    /** QEMU is connected and waits for its first byte; a baseline may still be on its way. */
    private static void withBaseline(
        Frame.Open open,
        GuestVisits visits,
        @Nullable Subject subject,
        LocalSocketHandler local,
        DestinationSession.Outcome outcome) {
      Digest offered = open.baseline();
      if (open.kind() == ChannelKind.DISK && offered != null) {
        visits.findDisk(subject, offered, disk -> outcome.connected(local, disk));
        return;
      }
      visits.whenReady(
          offered == null ? null : subject,
          baseline -> outcome.connected(local, baseline == null ? null : baseline.retain()));
    }

    private static void answer(
        ChannelFuture result,
        String where,
        ChannelEnd channel,
        Consumer<LocalSocketHandler> connected,
        DestinationSession.Outcome outcome) {
      if (!result.isSuccess()) {
        outcome.failed("cannot connect to " + where + ": " + result.cause().getMessage());
        return;
      }
      LocalSocketHandler local = new LocalSocketHandler(result.channel());
      result.channel().pipeline().addLast("local", local);
      local.join(channel);
      connected.accept(local);
    }
  }
}
