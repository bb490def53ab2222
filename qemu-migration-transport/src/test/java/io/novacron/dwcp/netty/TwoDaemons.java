package io.novacron.dwcp.netty;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.ResourceLeakDetector;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.congestion.StreamBounds;
import io.novacron.dwcp.fallback.Fallback;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.ChannelRequest;
import io.novacron.dwcp.session.DestinationSession;
import io.novacron.dwcp.session.LivePath;
import io.novacron.dwcp.session.SessionEnd;
import io.novacron.dwcp.session.SessionSettings;
import io.novacron.dwcp.session.SourceSession;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/** A source and a destination daemon's transport in one process, joined by real TCP. */
final class TwoDaemons implements AutoCloseable {
  /** For every wait in these tests: never reached when all is well. */
  static final long PATIENCE_SECONDS = 60;

  /** 2.5 s: TLS of the JDK on a machine that does other things, too. */
  static final int HANDSHAKE_MILLIS = 2500;

  private static final SessionSettings SESSION =
      new SessionSettings(4 * 1024 * 1024, 60_000_000_000L, 2_000_000_000L);

  private final long heldBefore = heldBuffers();
  private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
  private final int streams;
  private final StreamSecurity destinationSecurity;
  private final Transport sourceTransport;
  private Transport destinationTransport;
  private DestinationSessions destination;
  private final AtomicLong migrations = new AtomicLong();
  private volatile IntSupplier destinationStreams = () -> 0;
  private Channel listener;
  private long instance = 100;
  final BlockingQueue<ChannelEnd> closedAtSource = new LinkedBlockingQueue<>();
  final BlockingQueue<SessionEnd> endedAtDestination = new LinkedBlockingQueue<>();

  TwoDaemons(int streams) {
    this(streams, StreamSecurity.none(), StreamSecurity.none());
  }

  TwoDaemons(int streams, StreamSecurity source, StreamSecurity destination) {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    this.streams = streams;
    this.destinationSecurity = destination;
    this.sourceTransport = transport("host-a", 1, source);
    startDestination(0);
  }

  private Transport transport(String hostName, long of, StreamSecurity security) {
    return new Transport(
        settings(hostName, of, ProtocolVersions.SPOKEN),
        new JavaPageKernels(),
        security,
        2,
        threads -> threads);
  }

  TransportSettings settings(String hostName, long of, ProtocolVersions versions) {
    return new TransportSettings(
        hostName,
        of,
        versions,
        StreamBounds.fixed(streams),
        "bbr",
        2,
        64L << 20,
        0,
        2000,
        HANDSHAKE_MILLIS,
        30_000_000_000L,
        SESSION);
  }

  private void startDestination(int port) {
    destinationTransport = transport("host-b", instance++, destinationSecurity);
    destination = new DestinationSessions(destinationTransport, new LoopbackHost());
    listener = listen(destination, port);
  }

  static Channel listen(DestinationSessions sessions, int port) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return sessions.listen(address).syncUninterruptibly().channel();
  }

  /** The destination daemon is killed and comes back, knowing nothing. */
  void restartDestination() {
    int port = port();
    stopDestination();
    startDestination(port);
  }

  private void stopDestination() {
    listener.close().syncUninterruptibly();
    destination.finishAll("the daemon stops");
    destinationTransport.close();
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Streams that the destination says its newest session has; to be asked on its event loop. */
  int destinationStreams() {
    return destinationStreams.getAsInt();
  }

  /** Connects any port that a channel names. */
  DestinationSessions.Host host() {
    return new LoopbackHost();
  }

  DestinationSessions destination() {
    return destination;
  }

  Transport sourceTransport() {
    return sourceTransport;
  }

  PeerLink link(int port) {
    return new PeerLink(
        sourceTransport, "host-b", "127.0.0.1", port, SendLimits.none(), closedAtSource::add);
  }

  /** Connects any port that a channel names. */
  private final class LoopbackHost implements DestinationSessions.Host {
    @Override
    public DestinationSession.Connector connector(
        String sourceHost, int version, EventLoop loop, LivePath path) {
      destinationStreams = path::liveStreams;
      return (open, channel, outcome) -> connect(loop, open, channel, outcome);
    }

    private void connect(
        EventLoop loop, Frame.Open open, ChannelEnd channel, DestinationSession.Outcome outcome) {
      LocalSockets.connectLoopback(loop, open.port(), socket -> {})
          .addListener((ChannelFuture result) -> {
            if (!result.isSuccess()) {
              outcome.failed(String.valueOf(result.cause().getMessage()));
              return;
            }
            LocalSocketHandler local = new LocalSocketHandler(result.channel());
            result.channel().pipeline().addLast("local", local);
            outcome.connected(local);
            local.join(channel);
          });
    }

    @Override
    public void channelClosed(String sourceHost, ChannelEnd channel) {}

    @Override
    public void sessionEnded(String sourceHost, SessionEnd end) {
      endedAtDestination.add(end);
    }
  }

  /** The session, or why there is none. */
  static CompletableFuture<SourceSession> acquire(PeerLink link) {
    CompletableFuture<SourceSession> answer = new CompletableFuture<>();
    link.loop()
        .execute(() ->
            link.acquire(
                new PeerLink.Waiter() {
                  @Override
                  public void ready(SourceSession session) {
                    answer.complete(session);
                  }

                  @Override
                  public void unavailable(Fallback fallback) {
                    answer.completeExceptionally(new Unavailable(fallback));
                  }
                }));
    return answer;
  }

  static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;
    final transient Fallback fallback;

    Unavailable(Fallback fallback) {
      super(fallback.toString());
      this.fallback = fallback;
    }
  }

  /** A port on which each connection becomes a channel to {@code destinationPort}. */
  int intercept(PeerLink link, SourceSession session, int destinationPort) {
    return ((InetSocketAddress)
            LocalSockets.listenLoopback(
                    link.loop(),
                    0,
                    socket -> {
                      LocalSocketHandler local = new LocalSocketHandler(socket);
                      socket.pipeline().addLast("local", local);
                      ChannelRequest request =
                          new ChannelRequest(
                              ChannelKind.MEMORY,
                              migrations.incrementAndGet(),
                              destinationPort,
                              4096);
                      local.join(session.open(request, local));
                    })
                .syncUninterruptibly()
                .channel()
                .localAddress())
        .getPort();
  }

  /** Stops both; then what is still held is leaked. */
  @Override
  public void close() {
    stopDestination();
    sourceTransport.close();
    for (int i = 0; heldBuffers() > heldBefore && i < 200; i++) {
      LockSupport.parkNanos(20_000_000L); // thread caches are given back when threads end
    }
    ResourceLeakDetector.setLevel(level);
    if (heldBuffers() > heldBefore) {
      throw new AssertionError((heldBuffers() - heldBefore) + " direct buffers are leaked");
    }
  }

  private static long heldBuffers() {
    return PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
        .mapToLong(arena -> arena.numActiveAllocations())
        .sum();
  }
}
