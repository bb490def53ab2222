package io.novacron.dwcp.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.kernels.BackgroundThreads;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.ChannelRequest;
import io.novacron.dwcp.session.DestinationSession;
import io.novacron.dwcp.session.LivePath;
import io.novacron.dwcp.session.LocalEnd;
import io.novacron.dwcp.session.SessionEnd;
import io.novacron.dwcp.session.SourceSession;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.PayloadBuffer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a {@link Rehearsal} plays on: a source and a destination with one transport of their own,
 * whose threads give way to all others, joined over loopback. Used by one thread.
 */
final class RehearsalStage implements AutoCloseable {
  /** Which way the source shall believe in. */
  enum Path {
    /** All pages are encoded. */
    FAR,
    /** As loopback is: the stream goes as it is. */
    NEAR
  }

  /** What the log has for either host. */
  private static final String NAME = "rehearsal";

  /** Two loops in one process wait for each other at most this long. */
  private static final int PATIENCE_SECONDS = 30;

  /** 32 MiB of pages: twice what the made-up guest has. */
  private static final int HISTORY_PAGES = 8192;

  private final Transport transport;
  private final DestinationSessions destination;
  private final Channel listener;
  private final PeerLink link;
  private final List<Channel> entries = new ArrayList<>();
  private long migrationId;

  /** The only port that a channel may name: others on this host can reach the stage as well. */
  private volatile int destinationPort;

  RehearsalStage(TransportSettings settings, PageKernels kernels, StreamSecurity security) {
    transport =
        new Transport(
            settings.rehearsing(NAME), kernels, security.withItself(), 1, BackgroundThreads::of);
    destination = new DestinationSessions(transport, new OnePort());
    InetAddress loopback = InetAddress.getLoopbackAddress();
    listener =
        destination.listen(new InetSocketAddress(loopback, 0)).syncUninterruptibly().channel();
    link =
        new PeerLink(
            transport,
            NAME,
            loopback.getHostAddress(),
            port(listener),
            SendLimits.none(),
            channel -> {});
  }

  private static int port(Channel bound) {
    return ((InetSocketAddress) bound.localAddress()).getPort();
  }

  /**
   * A loopback port of the source: the next connection to it becomes a channel to {@code toPort}.
   */
  int open(Path path, int toPort)
      throws InterruptedException, ExecutionException, TimeoutException {
    destinationPort = toPort;
    SourceSession session = session();
    ChannelRequest request =
        new ChannelRequest(ChannelKind.MEMORY, ++migrationId, toPort, HISTORY_PAGES);
    Channel entry =
        LocalSockets.listenLoopback(link.loop(), 0, socket -> enter(socket, path, session, request))
            .sync()
            .channel();
    entries.add(entry);
    return port(entry);
  }

  private SourceSession session()
      throws InterruptedException, ExecutionException, TimeoutException {
    return AwaitedSession.of(link).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void enter(
      Channel socket, Path path, SourceSession session, ChannelRequest request) {
    LocalSocketHandler local = handler(socket);
    local.join(session.open(request, path == Path.FAR ? new Unpaced(local) : local));
  }

  private static LocalSocketHandler handler(Channel socket) {
    LocalSocketHandler local = new LocalSocketHandler(socket);
    socket.pipeline().addLast("local", local);
    return local;
  }

  @Override
  public void close() {
    link.loop().execute(() -> link.close("the rehearsal is over"));
    listener.close().syncUninterruptibly();
    entries.forEach(entry -> entry.close().syncUninterruptibly()); // a loop that ends leaves them
    destination.finishAll("the rehearsal is over");
    transport.close();
  }

  /** A recording, for its channel: nobody's guest waits, so everything is encoded. */
  private record Unpaced(LocalEnd socket) implements LocalEnd {
    @Override
    public boolean isPaced() {
      return false;
    }

    @Override
    public void deliver(PayloadBuffer bytes, Runnable written) {
      socket.deliver(bytes, written);
    }

    @Override
    public void deliverEnd() {
      socket.deliverEnd();
    }

    @Override
    public void reset(String reason) {
      socket.reset(reason);
    }

    @Override
    public void requestBytes() {
      socket.requestBytes();
    }
  }

  /** The destination's host: connects the rehearsal's port. */
  private final class OnePort implements DestinationSessions.Host {
    @Override
    public DestinationSession.Connector connector(
        String sourceHost, int version, EventLoop loop, LivePath path) {
      return (open, channel, outcome) -> connect(loop, open, channel, outcome);
    }

    private void connect(
        EventLoop loop, Frame.Open open, ChannelEnd channel, DestinationSession.Outcome outcome) {
      if (open.port() != destinationPort) {
        outcome.failed("port " + open.port() + " is not the rehearsal's");
        return;
      }
      LocalSockets.connectLoopback(loop, open.port(), socket -> {})
          .addListener((ChannelFuture result) -> {
            if (!result.isSuccess()) {
              outcome.failed(String.valueOf(result.cause()));
              return;
            }
            LocalSocketHandler local = handler(result.channel());
            local.join(channel);
            outcome.connected(local);
          });
    }

    @Override
    public void channelClosed(String sourceHost, ChannelEnd channel) {
      // the rehearsal counts what arrives
    }

    @Override
    public void sessionEnded(String sourceHost, SessionEnd end) {
      // it ends with the rehearsal
    }
  }
}
