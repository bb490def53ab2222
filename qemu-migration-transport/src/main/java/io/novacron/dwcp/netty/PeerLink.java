package io.novacron.dwcp.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.fallback.Fallback;
import io.novacron.dwcp.fallback.Fallback.Kind;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.SessionEnd;
import io.novacron.dwcp.session.SourceSession;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.ProtocolVersions;
import io.novacron.dwcp.wire.RefuseCode;
import io.novacron.dwcp.wire.SessionId;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The way from this daemon to one peer's: dials it, holds the session, replaces dead streams, and
 * says why there is none. All state belongs to one event loop.
 *
 * <p>The first stream makes the session; the others join it with the resume flag, so that a peer
 * which lost the session (restarted) refuses them instead of starting another.
 */
public final class PeerLink {
  /** Answer to {@link #acquire}, on the link's event loop. */
  public interface Waiter {
    void ready(SourceSession session);

    /** No session: the caller falls back to plain TCP and says so. */
    void unavailable(Fallback fallback);
  }

  /** Told when channels of whatever session of this peer end. */
  public interface ChannelListener {
    void channelClosed(ChannelEnd channel);
  }

  private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);
  private static final SecureRandom RANDOM = new SecureRandom();

  /** 250 ms: notices silence and budgets well within their seconds. */
  private static final long TICK_MILLIS = 250;

  /**
   * A refused connection comes from the peer's kernel: no process listens, so the session that it
   * held is gone. Twice, since a daemon that is being restarted may refuse once.
   */
  private static final int REFUSED_IS_GONE = 2;

  private final Transport transport;
  private final String peerName;
  private final String host;
  private final int port;
  private final EventLoop loop;
  private final SendLimits limits;
  private final ChannelListener channelListener;
  private final List<Waiter> waiters = new ArrayList<>();
  private @Nullable SourceSession session;
  private @Nullable SessionId sessionId;
  private long peerHistoryBudgetBytes;
  private int version;
  private String peerHostName = "";
  private @Nullable Future<?> ticker;
  private int refused;
  private final StreamSupply supply;
  private long quarantinedUntilNanos;
  private String quarantineReason = "";
  private String lastError = "";
  private boolean isClosing;

  /**
   * @param limits of what all its sessions send
   */
  public PeerLink(
      Transport transport,
      String peerName,
      String host,
      int port,
      SendLimits limits,
      ChannelListener listener) {
    this.transport = transport;
    this.limits = limits;
    this.peerName = peerName;
    this.host = host;
    this.port = port;
    this.loop = transport.loops().next();
    this.channelListener = listener;
    this.quarantinedUntilNanos = transport.nanoClock().getAsLong();
    this.supply = new StreamSupply(transport.settings().streams(), quarantinedUntilNanos);
  }

  /** The event loop that local connections of this peer must live on. */
  public EventLoop loop() {
    return loop;
  }

  public String peerName() {
    return peerName;
  }

  /** Gives the live session, or dials one. On the loop. */
  public void acquire(Waiter waiter) {
    SourceSession live = session;
    long quarantineNanos = quarantinedUntilNanos - transport.nanoClock().getAsLong();
    if (live != null && live.liveStreams() > 0) {
      ready(waiter, live);
    } else if (live != null) {
      waiter.unavailable(
          new Fallback(Kind.DATA_PATH_DOWN, "no stream to the peer; its session is being resumed"));
    } else if (quarantineNanos > 0) {
      long seconds = quarantineNanos / 1_000_000_000L;
      waiter.unavailable(
          new Fallback(
              Kind.QUARANTINED, quarantineReason + "; plain TCP for another " + seconds + " s"));
    } else {
      waiters.add(waiter);
      if (waiters.size() == 1) {
        SessionId fresh = new SessionId(RANDOM.nextLong(), RANDOM.nextLong());
        sessionId = fresh;
        supply.begin();
        dial(fresh, false);
      }
    }
  }

  private void ready(Waiter waiter, SourceSession live) {
    transport.warmMemory().connectionOpened(loop, live);
    waiter.ready(live);
  }

  /** Whether data of a migration that begins now would have a healthy way. On the loop. */
  public boolean isHealthy() {
    SourceSession live = session;
    return live != null && live.liveStreams() > 0;
  }

  /** Page history for one migration: what both sides grant. */
  public long historyBudgetBytes() {
    return Math.min(peerHistoryBudgetBytes, transport.settings().historyBudgetBytes());
  }

  /** Of the protocol that the newest session speaks; 0 before the first. On the loop. */
  public int version() {
    return version;
  }

  /** How the peer's daemon names its host; empty before the first session. On the loop. */
  public String peerHostName() {
    return peerHostName;
  }

  /** What comes of it counts only while the link still wants this session. */
  private void dial(SessionId wanted, boolean resume) {
    supply.dialled();
    ChannelFuture attempt =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, transport.settings().connectTimeoutMillis())
            .handler(
                StreamSockets.initializer(
                    transport,
                    channel -> transport.security().dialling(channel, peerName),
                    () -> new SourceHandshake(wanted, resume)))
            .resolver(NamesOffLoop.GROUP)
            .connect(address());
    attempt.addListener(result -> {
      if (!result.isSuccess()) {
        Throwable cause = result.cause();
        boolean isRefusal = cause instanceof ConnectException && isRefused(cause);
        dialFailed(wanted, isRefusal, Kind.PEER_UNREACHABLE, String.valueOf(cause.getMessage()));
      }
    });
  }

  /** A name is looked up anew each time: the peer may have moved. */
  private InetSocketAddress address() {
    boolean isLiteral = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    return isLiteral
        ? new InetSocketAddress(host, port)
        : InetSocketAddress.createUnresolved(host, port);
  }

  private static boolean isRefused(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("refused");
  }

  private void dialFailed(SessionId wanted, boolean isRefusal, Kind kind, String cause) {
    if (!wanted.equals(sessionId)) {
      return; // of a session that is over: its successor's waiters wait for their own attempt
    }
    String reason = host + ":" + port + ": " + cause;
    supply.failed(transport.nanoClock().getAsLong());
    refused = isRefusal ? refused + 1 : 0;
    lastError = reason;
    SourceSession live = session;
    if (live == null) {
      answer(waiter -> waiter.unavailable(new Fallback(kind, reason)));
    } else if (live.liveStreams() == 0 && refused >= REFUSED_IS_GONE) {
      live.finish(new SessionEnd.Ended("the peer's daemon is gone: " + reason));
    }
  }

  private void answer(Consumer<Waiter> answer) {
    List<Waiter> due = List.copyOf(waiters);
    waiters.clear();
    for (Waiter waiter : due) {
      try {
        answer.accept(waiter);
      } catch (RuntimeException e) {
        LOG.error("a connection that waited for {} failed; the others go on", peerName, e);
      }
    }
  }

  /** The source's half of the handshake of one stream. */
  private final class SourceHandshake implements StreamHandler.Handshake {
    private final boolean resume;
    private final SessionId id;
    private boolean settled;
    private @Nullable Future<?> timeout;
    private Kind failure = Kind.PEER_NOT_DWCP;

    SourceHandshake(SessionId id, boolean resume) {
      this.id = id;
      this.resume = resume;
    }

    @Override
    public void start(StreamHandler stream) {
      if (!id.equals(sessionId)) {
        stream.close("the session ended while a stream was dialled");
        return;
      }
      TransportSettings settings = transport.settings();
      stream.sendNow(
          new Frame.Hello(
              settings.versions(), id, resume, settings.instance(), settings.hostName()));
      timeout =
          loop.schedule(
              () ->
                  stream.close(
                      "no answer to HELLO within " + settings.handshakeTimeoutMillis() + " ms"),
              settings.handshakeTimeoutMillis(),
              TimeUnit.MILLISECONDS);
    }

    private void settle() {
      settled = true;
      Future<?> running = timeout;
      if (running != null) {
        running.cancel(false);
      }
    }

    @Override
    public void frame(StreamHandler stream, Frame frame) {
      switch (frame) {
        case Frame.HelloReply reply -> accepted(stream, reply);
        case Frame.Refuse refuse -> refused(stream, refuse);
        default -> stream.close("expected HELLO_REPLY or REFUSE, saw " + frame);
      }
    }

    private void accepted(StreamHandler stream, Frame.HelloReply reply) {
      if (!reply.session().equals(id) || !reply.session().equals(sessionId)) {
        stream.close("HELLO_REPLY is for session " + reply.session());
        return;
      }
      ProtocolVersions spoken = transport.settings().versions();
      if (reply.version() < spoken.oldest() || reply.version() > spoken.newest()) {
        stream.close(
            "HELLO_REPLY chose version " + reply.version() + ", " + spoken + " were offered");
        return;
      }
      Optional<String> objection =
          transport.security().objection(stream.channel(), reply.hostName());
      if (objection.isPresent()) {
        stream.close(objection.get());
        return;
      }
      settle();
      supply.joined();
      refused = 0;
      peerHistoryBudgetBytes = reply.historyBudgetBytes();
      version = reply.version();
      peerHostName = reply.hostName();
      SourceSession live = session;
      if (live == null) {
        live = up(reply);
      }
      stream.join(live);
      SourceSession ready = live;
      answer(waiter -> ready(waiter, ready));
      dialMissing();
    }

    private void refused(StreamHandler stream, Frame.Refuse refuse) {
      String reason = "the peer refused (" + refuse.code() + "): " + refuse.reason();
      SourceSession live = session;
      failure = Kind.PEER_REFUSED;
      stream.close(reason);
      boolean isOfThisSession = id.equals(sessionId);
      if (live != null && isOfThisSession && refuse.code() == RefuseCode.UNKNOWN_SESSION) {
        live.finish(new SessionEnd.Ended("the peer lost the session: " + refuse.reason()));
      }
    }

    @Override
    public void failed(StreamHandler stream, String reason) {
      if (!settled) {
        settle();
        dialFailed(id, false, failure, reason);
      }
    }
  }

  private SourceSession up(Frame.HelloReply reply) {
    LOG.info(
        "session {} with {} ({}), protocol version {}",
        reply.session().abbreviated(),
        peerName,
        reply.hostName(),
        reply.version());
    SourceSession fresh =
        new SourceSession(
            reply.version(),
            transport.channels(loop),
            transport.settings().session(),
            limits,
            new SessionListener());
    session = fresh;
    fresh.useStreams(supply.target());
    ticker = loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    return fresh;
  }

  private void tick() {
    SourceSession live = session;
    if (live != null) {
      try {
        live.tick();
        supply.look(live, transport.nanoClock().getAsLong());
        dialMissing();
      } catch (RuntimeException e) {
        LOG.error("session with {} failed", peerName, e);
        live.finish(new SessionEnd.Ended("this daemon failed: " + e));
      }
    }
  }

  private void dialMissing() {
    SourceSession live = session;
    SessionId id = sessionId;
    if (live == null || id == null || live.ended() != null) {
      return;
    }
    for (int due = supply.due(live, transport.nanoClock().getAsLong()); due > 0; due--) {
      dial(id, true);
    }
  }

  private final class SessionListener implements SourceSession.Listener {
    @Override
    public void channelClosed(ChannelEnd channel) {
      channelListener.channelClosed(channel);
    }

    @Override
    public void streamLost() {
      dialMissing();
    }

    @Override
    public void ended(SessionEnd end) {
      session = null;
      sessionId = null;
      refused = 0;
      Future<?> running = ticker;
      if (running != null) {
        running.cancel(false);
      }
      switch (end) {
        case SessionEnd.Idle idle -> LOG.info("session with {} ended: {}", peerName, idle.reason());
        case SessionEnd.Ended ended -> lost(ended.reason());
        case SessionEnd.GivenUp givenUp -> {
          lost(givenUp.reason());
          quarantinedUntilNanos =
              transport.nanoClock().getAsLong() + transport.settings().quarantineNanos();
          quarantineReason = "an outage outlasted its budget (" + givenUp.reason() + ")";
        }
      }
    }

    private void lost(String reason) {
      lastError = reason;
      LOG.atLevel(isClosing ? Level.INFO : Level.WARN)
          .log("session with {} ended: {}", peerName, reason);
    }
  }

  /** Ends the session, if there is one: this daemon needs none any more. On the loop. */
  public void close(String reason) {
    SourceSession live = session;
    isClosing = true;
    if (live != null) {
      live.finish(new SessionEnd.Ended(reason));
    }
  }

  /**
   * What an operator may want to know of this peer. On the loop.
   *
   * @param rttNanos of the last ping; 0 before
   * @param path null without a session
   */
  public record State(
      int streams,
      boolean sessionUp,
      long rttNanos,
      long quarantineNanos,
      String lastError,
      @Nullable PathReport path) {
    /** Of a link that cannot be asked. */
    public static State unknown(String reason) {
      return new State(0, false, 0, 0, reason, null);
    }
  }

  public State state() {
    SourceSession live = session;
    return new State(
        live == null ? 0 : live.liveStreams(),
        live != null,
        live == null ? 0 : live.rttNanos(),
        Math.max(0, quarantinedUntilNanos - transport.nanoClock().getAsLong()),
        lastError,
        live == null ? null : supply.path(live));
  }
}
