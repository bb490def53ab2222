package io.novacron.dwcp.replay;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.encoding.ChannelHistory;
import io.novacron.dwcp.encoding.VisitedPages;
import io.novacron.dwcp.intercept.HistoryShare;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.netty.AwaitedSession;
import io.novacron.dwcp.netty.DestinationSessions;
import io.novacron.dwcp.netty.PeerLink;
import io.novacron.dwcp.netty.StreamSecurity;
import io.novacron.dwcp.netty.Transport;
import io.novacron.dwcp.netty.TransportSettings;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.ChannelRequest;
import io.novacron.dwcp.session.DestinationSession;
import io.novacron.dwcp.session.LivePath;
import io.novacron.dwcp.session.SessionEnd;
import io.novacron.dwcp.session.SourceSession;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A source and a destination daemon's transport in this process, joined by TCP over loopback, with
 * a shaped link between them if one is wanted. What daemons do beyond the transport (libvirt, its
 * RPC) does not take part. One thread; nothing allocated here outlives {@link #close()}.
 */
final class SessionPair implements AutoCloseable {
  /** For what takes milliseconds on loopback, and some round trips over the slowest link. */
  private static final int PATIENCE_SECONDS = 30;

  private static final long POLL_MILLIS = 5;

  /** OPEN names a port of the destination's QEMU; none is connected here. */
  private static final int ANY_PORT = 1;

  /** All recordings are taken for those of one guest. */
  private static final UUID GUEST = new UUID(0, 0);

  private final Transport source;
  private final Transport destination;
  private final DestinationSessions sessions;
  private final Channel listener;
  private final @Nullable ShapedLink shaped;
  private final PeerLink link;
  private final int streams;
  private final Map<Long, Passage> passages = new ConcurrentHashMap<>();
  private long nextPassage = 1;

  /** What both sides knew when the first visit ended; empty once baselines are made of it. */
  private final Map<Role, ChannelHistory> histories = new ConcurrentHashMap<>();

  /** What they begin the next visit with. */
  private final Map<Role, BaselinePages> baselines = new ConcurrentHashMap<>();

  /** One recording on its way; the futures complete when the channel closed on either side. */
  record Passage(
      RecordedStream stream,
      boolean isFirst,
      CompletableFuture<ChannelEnd> sourceClosed,
      CompletableFuture<ChannelEnd> destinationClosed,
      CompletableFuture<ComparedGuest> connected) {

    Passage(RecordedStream stream, boolean isFirst) {
      this(
          stream,
          isFirst,
          new CompletableFuture<>(),
          new CompletableFuture<>(),
          new CompletableFuture<>());
    }

    /** Bytes that arrived and were equal. */
    long equalBytes() {
      return connected.isDone() ? connected.join().equalBytes() : 0;
    }
  }

  SessionPair(TransportSettings settings, PageKernels kernels, @Nullable LinkShape shape)
      throws ReplayException {
    this.source = new Transport(settings, kernels, StreamSecurity.none());
    this.destination = new Transport(settings, kernels, StreamSecurity.none());
    this.streams = settings.streams().first();
    this.sessions = new DestinationSessions(destination, new RecordingHost());
    this.listener = sessions.listen(loopback(0)).syncUninterruptibly().channel();
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    this.shaped = shape == null ? null : ShapedLink.to(port, shape);
    int entry = shaped == null ? port : shaped.port();
    this.link =
        new PeerLink(
            source,
            "the replay's destination",
            InetAddress.getLoopbackAddress().getHostAddress(),
            entry,
            SendLimits.none(),
            this::closedAtSource);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Processor time of the shaped link's thread so far, which no real daemon spends; 0 without. */
  long linkCpuNanos() {
    return shaped == null ? 0 : shaped.cpuNanos();
  }

  /**
   * Begins to play; all streams must be {@link #ready}.
   *
   * @param isFirst whether another visit of the same guest will follow
   */
  Passage begin(RecordedStream stream, boolean isFirst) throws ReplayException {
    SourceSession session = acquire();
    long id = nextPassage++;
    Passage passage = new Passage(stream, isFirst);
    passages.put(id, passage);
    link.loop().execute(() -> open(session, id, passage));
    return passage;
  }

  private void open(SourceSession session, long id, Passage passage) {
    RecordedGuest local = new RecordedGuest(passage.stream(), link.loop());
    HistoryShare share = new HistoryShare(link.historyBudgetBytes() / PageSize.BYTES);
    BaselinePages baseline = baselines.get(Role.SOURCE);
    if (baseline != null && !share.takeBaseline(baseline.pages())) {
      baseline = null;
    }
    ChannelRequest request =
        new ChannelRequest(ChannelKind.MEMORY, id, ANY_PORT, share.next(true), baseline);
    ChannelEnd channel = session.open(request, local);
    keepHistory(passage, Role.SOURCE, channel);
    local.join(channel);
    if (channel.isClosed()) {
      passage.sourceClosed().complete(channel);
    }
  }

  private void keepHistory(Passage passage, Role role, ChannelEnd channel) {
    if (passage.isFirst()) {
      channel
          .baseline()
          .keepHistory(history -> {
            if (history != null) {
              histories.put(role, history);
            }
          });
    }
  }

  /** After a first visit, which is closed on both sides: the next begins with what it left. */
  void keepBaseline() {
    histories.forEach((role, history) -> {
      baselines.put(role, BaselinePages.of(new VisitedPages(List.of(history)), GUEST));
      history.close();
    });
    histories.clear();
  }

  private void closedAtSource(ChannelEnd channel) {
    passage(channel.migrationId()).sourceClosed().complete(channel);
  }

  private Passage passage(long id) {
    Passage passage = passages.get(id);
    if (passage == null) {
      throw new IllegalStateException("no passage " + id);
    }
    return passage;
  }

  private SourceSession acquire() throws ReplayException {
    return await(AwaitedSession.of(link), "session");
  }

  /** Dials if need be, and waits until all streams are up. */
  void ready() throws ReplayException {
    SourceSession session = acquire();
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (liveStreams(session) < streams) {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new ReplayException(
            liveStreams(session)
                + " of "
                + streams
                + " streams came up in "
                + PATIENCE_SECONDS
                + " s");
      }
      pause();
    }
  }

  private int liveStreams(SourceSession session) throws ReplayException {
    CompletableFuture<Integer> live = new CompletableFuture<>();
    link.loop().execute(() -> live.complete(session.liveStreams()));
    return await(live, "the number of streams");
  }

  private static void pause() throws ReplayException {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      throw new ReplayException("interrupted", e);
    }
  }

  static <T> T await(CompletableFuture<T> future, String what) throws ReplayException {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ReplayException("there is no " + what + ": " + cause.getMessage(), e);
    } catch (TimeoutException e) {
      throw new ReplayException("waited " + PATIENCE_SECONDS + " s for " + what, e);
    } catch (InterruptedException e) {
      throw new ReplayException("interrupted", e);
    }
  }

  /** The destination's host: each channel is compared with the recording that it carries. */
  private final class RecordingHost implements DestinationSessions.Host {
    @Override
    public DestinationSession.Connector connector(
        String sourceHost, int version, EventLoop loop, LivePath path) {
      return (open, channel, outcome) -> connect(loop, open, channel, outcome);
    }

    private void connect(
        EventLoop loop, Frame.Open open, ChannelEnd channel, DestinationSession.Outcome outcome) {
      Passage passage = passage(open.migrationId());
      ComparedGuest local = new ComparedGuest(passage.stream(), loop);
      local.join(channel);
      keepHistory(passage, Role.DESTINATION, channel);
      passage.connected().complete(local);
      BaselinePages baseline = baselines.get(Role.DESTINATION);
      outcome.connected(local, baseline == null ? null : baseline.retain());
    }

    @Override
    public void channelClosed(String sourceHost, ChannelEnd channel) {
      passage(channel.migrationId()).destinationClosed().complete(channel);
    }

    @Override
    public void sessionEnded(String sourceHost, SessionEnd end) {
      // its channels were told before
    }
  }

  @Override
  public void close() {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    link.loop()
        .execute(() -> {
          link.close("the replay is over");
          ended.complete(true);
        });
    ended.join();
    listener.close().syncUninterruptibly();
    sessions.finishAll("the replay is over");
    source.close();
    destination.close();
    keepBaseline();
    baselines.values().forEach(BaselinePages::close);
    if (shaped != null) {
      shaped.close();
    }
  }
}
