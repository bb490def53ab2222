package io.novacron.dwcp.intercept;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.novacron.dwcp.fallback.Fallback;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.Peer;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.RelayAction;
import io.novacron.dwcp.relay.RelayPolicy;
import io.novacron.dwcp.relay.SourceRelay;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One libvirt connection that goes to the peer's stock libvirt, because there is no session. Its
 * migrations are plain TCP from QEMU to QEMU; they are followed for the history. Event loop only.
 */
final class PlainConnection implements SourceRelayHandler.Effects {
  private static final Logger LOG = LoggerFactory.getLogger(PlainConnection.class);

  private final Peer peer;
  private final Fallback fallback;
  private final PeerSocket.Wiring wiring;
  private final EventLoop loop;
  private final MigrationFollower follower;

  PlainConnection(Peer peer, EventLoop loop, Fallback fallback, PeerSocket.Wiring wiring) {
    this.peer = peer;
    this.loop = loop;
    this.fallback = fallback;
    this.wiring = wiring;
    this.follower =
        new MigrationFollower(
            wiring.journal(),
            loop,
            new MigrationFollower.Ends(Role.SOURCE, wiring.hostName(), peer.name()),
            () -> 0);
  }

  void begin(Channel socket) {
    wiring
        .plainRoutes()
        .connect(
            peer,
            loop,
            new PlainRoutes.Answer() {
              @Override
              public void connected(Channel libvirt) {
                join(socket, libvirt);
              }

              @Override
              public void failed(String reason) {
                LOG.error(
                    "no way to {}: {}; and no plain way: {}; closing the connection of libvirt, the"
                        + " guest stays where it is",
                    peer.name(),
                    fallback,
                    reason);
                wiring.journal().count("connections.refused");
                socket.close();
              }
            });
  }

  private void join(Channel socket, Channel libvirt) {
    if (!WaitingSocketHandler.letGo(socket)) {
      libvirt.close();
      return;
    }
    RelayPolicy policy =
        new RelayPolicy(
            wiring.hostName(), Optional.empty(), () -> Optional.of(fallback.toString()));
    socket.pipeline().addLast("relay", new SourceRelayHandler(new SourceRelay(policy), this));
    PipeHandler.join(socket, libvirt);
  }

  @Override
  public void event(MigrationEvent event) {
    follower.event(event);
  }

  @Override
  public void announce(
      RelayAction.AnnouncePorts announcement, SourceRelayHandler.Announced answer) {
    answer.failed("a plain connection announced ports");
  }

  @Override
  public void awaitDisks(RelayAction.AwaitDisks wanted, SourceRelayHandler.Settled answer) {
    answer.all();
  }
}
