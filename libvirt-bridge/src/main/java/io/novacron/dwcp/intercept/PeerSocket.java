package io.novacron.dwcp.intercept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.novacron.dwcp.baseline.Baselines;
import io.novacron.dwcp.config.PortRange;
import io.novacron.dwcp.fallback.Fallback;
import io.novacron.dwcp.image.Images;
import io.novacron.dwcp.netty.LocalSockets;
import io.novacron.dwcp.netty.PeerLink;
import io.novacron.dwcp.plugin.Peer;
import io.novacron.dwcp.session.SourceSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The socket {@code HOST.sock} of one peer: each connection of libvirt or virsh goes through the
 * session to the peer, or, when there is none, to the peer's stock libvirt.
 */
public final class PeerSocket {
  /**
   * What all connections of a peer share.
   *
   * @param hostName this host, as its own libvirt names it
   * @param earlyDiskReplies whether QEMU is told that writes to a disk are done while they are
   *     under way
   */
  public record Wiring(
      String hostName,
      PortRange dataPorts,
      MigrationJournal journal,
      PlainRoutes plainRoutes,
      Optional<Baselines> baselines,
      Optional<Images> images,
      Optional<LoweredDowntime.With> downtime,
      HeldGuests.With held,
      boolean earlyDiskReplies) {}

  private final Peer peer;
  private final PeerLink link;
  private final Path path;
  private final Wiring wiring;
  private final Set<Channel> connections = new HashSet<>();
  private @Nullable Channel listener;

  public PeerSocket(Peer peer, PeerLink link, Path path, Wiring wiring) {
    this.peer = peer;
    this.link = link;
    this.path = path;
    this.wiring = wiring;
  }

  public Peer peer() {
    return peer;
  }

  public PeerLink link() {
    return link;
  }

  public Path path() {
    return path;
  }

  /**
   * Binds the socket; what a former daemon left at the path is removed first. Mode 0600: whoever
   * opens it can ask for anything that the peer's libvirt grants to root.
   */
  public void open() throws IOException {
    Files.deleteIfExists(path);
    ChannelFuture bound =
        LocalSockets.listenUnix(link.loop(), path, this::accepted).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + path + ": " + bound.cause().getMessage(), bound.cause());
    }
    listener = bound.channel();
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
  }

  private void accepted(Channel socket) {
    WaitingSocketHandler.hold(socket);
    connections.add(socket);
    socket.closeFuture().addListener(closed -> connections.remove(socket));
    link.acquire(
        new PeerLink.Waiter() {
          @Override
          public void ready(SourceSession session) {
            new CarriedConnection(peer, link, session, path, wiring).begin(socket);
          }

          @Override
          public void unavailable(Fallback fallback) {
            wiring.journal().fallback(peer.name(), fallback);
            if (socket.isActive()) {
              new PlainConnection(peer, link.loop(), fallback, wiring).begin(socket);
            }
          }
        });
  }

  EventLoop loop() {
    return link.loop();
  }

  /**
   * Takes no new connection and removes the socket; open connections stay. What was not opened here
   * is left alone: it may be another daemon's.
   */
  public void stopAccepting() throws IOException {
    Channel open = listener;
    listener = null;
    if (open != null) {
      open.close().awaitUninterruptibly();
      Files.deleteIfExists(path);
    }
  }

  /** Closes what is still open. */
  public void close(String reason) {
    link.loop()
        .execute(() -> {
          link.close(reason);
          Set.copyOf(connections).forEach(Channel::close);
        });
  }
}
