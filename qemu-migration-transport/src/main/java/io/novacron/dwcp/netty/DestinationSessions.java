package io.novacron.dwcp.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.Future;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.DestinationSession;
import io.novacron.dwcp.session.LivePath;
import io.novacron.dwcp.session.SessionEnd;
import io.novacron.dwcp.tls.HandshakeGate;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.Limits;
import io.novacron.dwcp.wire.RefuseCode;
import io.novacron.dwcp.wire.SessionId;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions that sources hold with this daemon, and the port they come to.
 *
 * <p>A session lives on the event loop that took its first stream; later streams move there. A
 * source that was restarted (same host name, other instance) ends what its former life left behind,
 * so that the destination's libvirt is free for the next attempt at once.
 */
public final class DestinationSessions {
  /** What a session needs of the host that it ends on. */
  public interface Host {
    /**
     * Makes what connects the channels of a new session.
     *
     * @param version of the protocol that the session speaks
     * @param path of the session; on {@code loop}
     */
    DestinationSession.Connector connector(
        String sourceHost, int version, EventLoop loop, LivePath path);

    /**
     * A source has a session from here on. Any loop.
     *
     * @param from its address
     */
    default void accepted(String sourceHost, String from) {}

    /** Whoever connected got no session, and why. Any loop. */
    default void refused(String from, String reason) {}

    void channelClosed(String sourceHost, ChannelEnd channel);

    void sessionEnded(String sourceHost, SessionEnd end);
  }

  private static final Logger LOG = LoggerFactory.getLogger(DestinationSessions.class);

  /** A fleet of 1,000 hosts may each hold one with this daemon. */
  private static final int MAX_SESSIONS = 1024;

  private static final long TICK_MILLIS = 250;

  private static final long TELL_NANOS = 1_000_000_000L;

  /** One session and where it lives. */
  private static final class Entry implements LivePath {
    final SessionId id;
    final EventLoop loop;
    final long instance;
    final String hostName;
    @Nullable DestinationSession session;
    @Nullable Future<?> ticker;

    Entry(SessionId id, EventLoop loop, Frame.Hello hello) {
      this.id = id;
      this.loop = loop;
      this.instance = hello.instance();
      this.hostName = hello.hostName();
    }

    @Override
    public int liveStreams() {
      DestinationSession started = session;
      return started == null ? 0 : started.liveStreams();
    }

    @Override
    public long minRttNanos() {
      DestinationSession started = session;
      return started == null ? Long.MAX_VALUE : started.minRttNanos();
    }
  }

  private final Transport transport;
  private final Host host;
  private final ConcurrentHashMap<SessionId, Entry> sessions = new ConcurrentHashMap<>();
  private final HandshakeGate gate = new HandshakeGate();
  private final AtomicLong toldRefusedNanos;
  private volatile boolean stopping;

  public DestinationSessions(Transport transport, Host host) {
    this.transport = transport;
    this.host = host;
    this.toldRefusedNanos = new AtomicLong(transport.nanoClock().getAsLong() - TELL_NANOS);
  }

  /** Listens for sources. */
  public ChannelFuture listen(InetSocketAddress address) {
    return new ServerBootstrap()
        .group(transport.loops())
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.SO_BACKLOG, 1024)
        .childHandler(new Accepting())
        .bind(address);
  }

  /** Takes a connection, unless too many are in their handshakes already. */
  private final class Accepting extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      Object from = channel.remoteAddress() instanceof InetSocketAddress at ? at.getAddress() : "";
      Optional<Runnable> entered = gate.enter(from, transport.nanoClock().getAsLong());
      if (entered.isEmpty()) {
        channel.close();
        tellOfRefused(from);
        return;
      }
      Runnable leave = entered.get();
      channel.closeFuture().addListener(closed -> leave.run());
      channel
          .pipeline()
          .addLast(
              StreamSockets.initializer(
                  transport,
                  transport.security()::accepting,
                  () -> new DestinationHandshake(leave)));
    }
  }

  /** Once a second: whoever floods the port shall not flood the log. */
  private void tellOfRefused(Object from) {
    long now = transport.nanoClock().getAsLong();
    long told = toldRefusedNanos.get();
    if (now - told >= TELL_NANOS && toldRefusedNanos.compareAndSet(told, now)) {
      LOG.warn(
          "too many handshakes at once: {} connections were closed unheard so far, now one of {}",
          gate.refused(),
          from);
    }
  }

  /** The destination's half of the handshake of one stream. */
  private final class DestinationHandshake implements StreamHandler.Handshake {
    private final Runnable leaveGate;
    private boolean settled;
    private @Nullable Future<?> timeout;

    DestinationHandshake(Runnable leaveGate) {
      this.leaveGate = leaveGate;
    }

    private void settle() {
      settled = true;
      leaveGate.run();
      Future<?> running = timeout;
      if (running != null) {
        running.cancel(false);
      }
    }

    @Override
    public void start(StreamHandler stream) {
      int limitMillis = transport.settings().handshakeTimeoutMillis();
      timeout =
          stream
              .channel()
              .eventLoop()
              .schedule(
                  () -> stream.close("no HELLO within " + limitMillis + " ms"),
                  limitMillis,
                  TimeUnit.MILLISECONDS);
    }

    @Override
    public void frame(StreamHandler stream, Frame frame) {
      if (settled) {
        stream.close("a frame before HELLO_REPLY: " + frame.getClass().getSimpleName());
      } else if (frame instanceof Frame.Hello hello) {
        settle();
        hello(stream, hello);
      } else {
        stream.close("expected HELLO, saw " + frame.getClass().getSimpleName());
      }
    }

    @Override
    public void failed(StreamHandler stream, String reason) {
      if (!settled) {
        settle();
        LOG.warn("stream from {} was no DWCP source: {}", stream.channel().remoteAddress(), reason);
        host.refused(String.valueOf(stream.channel().remoteAddress()), reason);
      }
    }
  }

  private void hello(StreamHandler stream, Frame.Hello hello) {
    OptionalInt version = transport.settings().versions().common(hello.versions());
    Entry known = sessions.get(hello.session());
    Optional<String> objection = transport.security().objection(stream.channel(), hello.hostName());
    if (objection.isPresent()) {
      refuse(stream, RefuseCode.NOT_ALLOWED, objection.get());
    } else if (version.isEmpty()) {
      refuse(
          stream,
          RefuseCode.VERSION,
          "protocol "
              + hello.versions()
              + " offered, "
              + transport.settings().versions()
              + " spoken here");
    } else if (stopping) {
      refuse(stream, RefuseCode.STOPPING, "the daemon is stopping");
    } else if (known == null && hello.resume()) {
      refuse(
          stream,
          RefuseCode.UNKNOWN_SESSION,
          "session " + hello.session().abbreviated() + " is not known here");
    } else if (known == null && sessions.size() >= MAX_SESSIONS) {
      refuse(stream, RefuseCode.BUSY, MAX_SESSIONS + " sessions are open");
    } else if (known != null
        && (known.instance != hello.instance() || !known.hostName.equals(hello.hostName()))) {
      refuse(stream, RefuseCode.PROTOCOL, "the session belongs to another daemon");
    } else {
      Entry entry = known != null ? known : fresh(stream.channel().eventLoop(), hello);
      onLoopOf(entry, stream, () -> join(entry, stream, version.getAsInt()));
    }
  }

  private void refuse(StreamHandler stream, RefuseCode code, String reason) {
    host.refused(String.valueOf(stream.channel().remoteAddress()), code + ": " + reason);
    LOG.warn("refused {} ({}): {}", stream.channel().remoteAddress(), code, reason);
    stream.sendNow(new Frame.Refuse(code, reason));
    stream.close(reason);
  }

  private Entry fresh(EventLoop loop, Frame.Hello hello) {
    for (Entry old : sessions.values()) {
      if (old.hostName.equals(hello.hostName()) && old.instance != hello.instance()) {
        old.loop.execute(() -> finish(old, new SessionEnd.Ended("its source was restarted")));
      }
    }
    Entry entry = new Entry(hello.session(), loop, hello);
    Entry earlier = sessions.putIfAbsent(entry.id, entry);
    return earlier == null ? entry : earlier;
  }

  /** Moves the stream's socket to the session's event loop, where it stays. */
  private static void onLoopOf(Entry entry, StreamHandler stream, Runnable then) {
    Channel channel = stream.channel();
    if (entry.loop.inEventLoop()) {
      then.run();
      return;
    }
    channel
        .deregister()
        .addListener(
            left -> entry.loop.register(channel).addListener(joined -> entry.loop.execute(then)));
  }

  private void join(Entry entry, StreamHandler stream, int version) {
    if (sessions.get(entry.id) != entry) {
      refuse(stream, RefuseCode.UNKNOWN_SESSION, "the session ended just now");
      return;
    }
    DestinationSession session = entry.session;
    if (session == null) {
      host.accepted(entry.hostName, String.valueOf(stream.channel().remoteAddress()));
      session = start(entry, version);
    }
    if (session.liveStreams() >= Limits.MAX_STREAMS) {
      refuse(stream, RefuseCode.BUSY, Limits.MAX_STREAMS + " streams are open in the session");
    } else {
      TransportSettings settings = transport.settings();
      stream.sendNow(
          new Frame.HelloReply(
              version,
              entry.id,
              settings.instance(),
              settings.historyBudgetBytes(),
              settings.hostName()));
      stream.join(session);
    }
  }

  private DestinationSession start(Entry entry, int version) {
    LOG.info("session {} from {}", entry.id.abbreviated(), entry.hostName);
    DestinationSession session =
        new DestinationSession(
            version,
            transport.channels(entry.loop),
            transport.settings().session(),
            transport.settings().historyBudgetBytes(),
            warming(entry, host.connector(entry.hostName, version, entry.loop, entry)),
            new SessionListener(entry));
    entry.session = session;
    entry.ticker =
        entry.loop.scheduleAtFixedRate(
            () -> tick(entry, session), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    return session;
  }

  private DestinationSession.Connector warming(
      Entry entry, DestinationSession.Connector connector) {
    return (open, channel, outcome) -> {
      if (open.kind() == ChannelKind.LIBVIRT_RPC) {
        transport.warmMemory().connectionOpened(entry.loop, entry);
      }
      connector.connect(open, channel, outcome);
    };
  }

  /** A tick that throws would never come again, and with it no budget would ever end. */
  private static void tick(Entry entry, DestinationSession session) {
    try {
      session.tick();
    } catch (RuntimeException e) {
      LOG.error("session {} from {} failed", entry.id.abbreviated(), entry.hostName, e);
      session.finish(new SessionEnd.Ended("this daemon failed: " + e));
    }
  }

  private final class SessionListener implements DestinationSession.Listener {
    private final Entry entry;

    SessionListener(Entry entry) {
      this.entry = entry;
    }

    @Override
    public void channelClosed(ChannelEnd channel) {
      host.channelClosed(entry.hostName, channel);
    }

    @Override
    public void ended(SessionEnd end) {
      sessions.remove(entry.id, entry);
      Future<?> ticker = entry.ticker;
      if (ticker != null) {
        ticker.cancel(false);
      }
      LOG.info(
          "session {} from {} ended: {}", entry.id.abbreviated(), entry.hostName, end.reason());
      host.sessionEnded(entry.hostName, end);
    }
  }

  private static void finish(Entry entry, SessionEnd end) {
    DestinationSession session = entry.session;
    if (session != null) {
      session.finish(end);
    }
  }

  /** No new session from here on. */
  public void stopAccepting() {
    stopping = true;
  }

  /** Ends all sessions; their channels are reset. */
  public void finishAll(String reason) {
    for (Entry entry : List.copyOf(sessions.values())) {
      entry.loop.execute(() -> finish(entry, new SessionEnd.Ended(reason)));
    }
  }

  public int count() {
    return sessions.size();
  }
}
