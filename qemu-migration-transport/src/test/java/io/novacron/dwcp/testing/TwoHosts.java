package io.novacron.dwcp.testing;

import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.encoding.Batch;
import io.novacron.dwcp.encoding.BatchPool;
import io.novacron.dwcp.encoding.DestinationDecoder;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.encoding.TravelledPages;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.ChannelFactory;
import io.novacron.dwcp.session.ChannelRequest;
import io.novacron.dwcp.session.DestinationSession;
import io.novacron.dwcp.session.SessionEnd;
import io.novacron.dwcp.session.SessionSettings;
import io.novacron.dwcp.session.SourceSession;
import io.novacron.dwcp.session.StreamSession;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A source and a destination daemon's session, the links between them and the local connections on
 * both, all moved by {@link #step()}: one thing that could happen next, chosen by the seed.
 */
public final class TwoHosts {
  public static final long SECOND_NANOS = 1_000_000_000L;
  public static final long RECEIVE_WINDOW_BYTES = 2 * 1024 * 1024;
  public static final long HISTORY_BUDGET_BYTES = 64 * 1024 * 1024;
  private static final int POOL_BATCHES = 64;

  /** 20 ms each way: another town. */
  private static final long FAR_NANOS = 20_000_000;

  /** A step more than this in one run means that something goes round in circles. */
  private static final int MAX_STEPS = 2_000_000;

  /** What one host has. */
  public static final class Side {
    private final DeterministicExecutor executor;
    private final CountingBuffers buffers = new CountingBuffers();
    private final BatchPool pool;
    private final List<SessionEnd> ends = new ArrayList<>();
    private final List<ChannelEnd> closedChannels = new ArrayList<>();
    private @Nullable StreamSession session;
    private int laneBatches;

    Side(Random random, ManualClock clock, int poolBatches) {
      this.executor = new DeterministicExecutor(random, clock);
      this.pool = new BatchPool(poolBatches);
    }

    public StreamSession session() {
      if (session == null) {
        throw new IllegalStateException("no session yet");
      }
      return session;
    }

    /** Batches of a lane that arrived here, those that came twice as well. */
    public int laneBatches() {
      return laneBatches;
    }

    void arrived(Frame.Data data) {
      laneBatches += DestinationDecoder.isInLane(data.payload().bytes()) ? 1 : 0;
    }

    public CountingBuffers buffers() {
      return buffers;
    }

    public DeterministicExecutor executor() {
      return executor;
    }

    /** How the session ended; empty while it lives. */
    public List<SessionEnd> ends() {
      return ends;
    }

    public List<ChannelEnd> closedChannels() {
      return closedChannels;
    }

    ChannelFactory factory(ManualClock clock) {
      return new ChannelFactory(executor, clock, buffers, pool, new JavaPageKernels(), 1L << 26);
    }

    /** Batches that nobody gave back. */
    int missingBatches(int poolBatches) {
      int free = 0;
      for (Batch batch = pool.tryTake(); batch != null; batch = pool.tryTake()) {
        free++;
      }
      return poolBatches - free;
    }
  }

  private record Connecting(
      Frame.Open open, ChannelEnd channel, DestinationSession.Outcome outcome) {}

  private final long seed;
  private final Random random;
  private final int poolBatches;
  private final ManualClock clock = new ManualClock();
  private final Side sourceSide;
  private final Side destinationSide;
  private final SourceSession source;
  private final DestinationSession destination;
  private final List<FakeLink> links = new ArrayList<>();
  private final List<FakeLocalEnd> locals = new ArrayList<>();
  private final Map<Integer, FakeLocalEnd> destinationLocals = new HashMap<>();
  private final List<Integer> connectedPorts = new ArrayList<>();
  private final ArrayDeque<Connecting> connecting = new ArrayDeque<>();
  private final Map<Integer, byte[]> answers = new HashMap<>();
  private final Map<Integer, FakeLocalEnd.Program> programs = new HashMap<>();
  private boolean answersEnd = true;
  private long delayNanos = FAR_NANOS;
  private @Nullable Baseline destinationBaseline;
  private List<ImageIndex> destinationImages = List.of();
  private TravelledPages.@Nullable Recorder destinationRecorder;
  private boolean connectsFail;
  private boolean holdsConnects;
  private long steps;
  private long migrations;

  public TwoHosts(long seed) {
    this(seed, POOL_BATCHES);
  }

  public TwoHosts(long seed, int poolBatches) {
    this(seed, poolBatches, ProtocolVersions.SPOKEN.newest());
  }

  /**
   * @param version of the protocol that the destination takes the session for
   */
  public TwoHosts(long seed, int poolBatches, int version) {
    this(seed, poolBatches, version, SendLimits.none());
  }

  /** Whose source sends under limits. */
  public TwoHosts(long seed, SendLimits limits) {
    this(seed, POOL_BATCHES, ProtocolVersions.SPOKEN.newest(), limits);
  }

  private TwoHosts(long seed, int poolBatches, int version, SendLimits limits) {
    this.seed = seed;
    this.random = new Random(seed);
    this.poolBatches = poolBatches;
    this.sourceSide = new Side(random, clock, poolBatches);
    this.destinationSide = new Side(random, clock, poolBatches);
    SessionSettings settings =
        new SessionSettings(RECEIVE_WINDOW_BYTES, 60 * SECOND_NANOS, 2 * SECOND_NANOS);
    source =
        new SourceSession(version, sourceSide.factory(clock), settings, limits, sourceListener());
    destination =
        new DestinationSession(
            version,
            destinationSide.factory(clock),
            settings,
            HISTORY_BUDGET_BYTES,
            this::connect,
            destinationListener());
    sourceSide.session = source;
    destinationSide.session = destination;
  }

  private SourceSession.Listener sourceListener() {
    return new SourceSession.Listener() {
      @Override
      public void streamLost() {}

      @Override
      public void channelClosed(ChannelEnd channel) {
        sourceSide.closedChannels.add(channel);
      }

      @Override
      public void ended(SessionEnd end) {
        sourceSide.ends.add(end);
      }
    };
  }

  private DestinationSession.Listener destinationListener() {
    return new DestinationSession.Listener() {
      @Override
      public void channelClosed(ChannelEnd channel) {
        destinationSide.closedChannels.add(channel);
      }

      @Override
      public void ended(SessionEnd end) {
        destinationSide.ends.add(end);
      }
    };
  }

  private void connect(Frame.Open open, ChannelEnd channel, DestinationSession.Outcome outcome) {
    connecting.addLast(new Connecting(open, channel, outcome));
  }

  private void answerConnect() {
    Connecting next = connecting.removeFirst();
    if (connectsFail) {
      next.outcome().failed("nobody listens on port " + next.open().port());
      return;
    }
    FakeLocalEnd local = new FakeLocalEnd(random);
    FakeLocalEnd.Program program = programs.get(next.open().port());
    if (program != null) {
      local.runs(program);
    }
    byte[] answer = answers.get(next.open().port());
    if (answer != null) {
      local.writes(answer, answersEnd);
    }
    locals.add(local);
    destinationLocals.put(next.open().channelId(), local);
    connectedPorts.add(next.open().port());
    local.join(next.channel());
    if (destinationRecorder != null) {
      next.channel().baseline().recordReceivedDisk(destinationRecorder);
    }
    Baseline held = destinationBaseline;
    List<ImageIndex> images = destinationImages.stream().map(ImageIndex::retain).toList();
    next.outcome().connected(local, held == null ? null : held.retain(), images);
  }

  public Random random() {
    return random;
  }

  public ManualClock clock() {
    return clock;
  }

  public SourceSession source() {
    return source;
  }

  public DestinationSession destination() {
    return destination;
  }

  public Side sourceSide() {
    return sourceSide;
  }

  public Side destinationSide() {
    return destinationSide;
  }

  public List<FakeLink> links() {
    return links;
  }

  /**
   * A new link whose handshake is done at both ends; the destination's first, as in HELLO_REPLY.
   */
  public FakeLink addLink() {
    FakeLink link = new FakeLink(random, sourceSide, destinationSide, clock, delayNanos);
    links.add(link);
    link.destination().up();
    link.source().up();
    return link;
  }

  /** Links to come are as short as on a LAN. */
  public void areNear() {
    delayNanos = 0;
  }

  /** What the program behind this port answers; without it, it stays silent. */
  public void answers(int port, byte[] bytes, boolean thenEnds) {
    answers.put(port, bytes);
    answersEnd = thenEnds;
  }

  /** Who is behind this port at the destination. */
  public void runs(int port, FakeLocalEnd.Program program) {
    programs.put(port, program);
  }

  /** Opens a channel as asked for, for this program at the source. */
  public FakeLocalEnd open(ChannelRequest request, FakeLocalEnd.Program program) {
    FakeLocalEnd local = new FakeLocalEnd(random).runs(program);
    local.join(source.open(request, local));
    locals.add(local);
    return local;
  }

  public void connectsFail() {
    connectsFail = true;
  }

  /** Whether connections at the destination are left pending. */
  public void holdsConnects(boolean now) {
    holdsConnects = now;
  }

  /** Opens a channel for a new local connection at the source that writes {@code bytes}. */
  public FakeLocalEnd open(ChannelKind kind, int port, byte[] bytes, boolean thenEnds) {
    FakeLocalEnd local = new FakeLocalEnd(random).writes(bytes, thenEnds);
    int historyPages = kind == ChannelKind.LIBVIRT_RPC ? 0 : 512;
    local.join(source.open(new ChannelRequest(kind, ++migrations, port, historyPages), local));
    locals.add(local);
    return local;
  }

  /** Opens a channel as asked for, for a local connection that writes {@code bytes} and ends. */
  public FakeLocalEnd open(ChannelRequest request, byte[] bytes) {
    FakeLocalEnd local = new FakeLocalEnd(random).writes(bytes, true);
    local.join(source.open(request, local));
    locals.add(local);
    return local;
  }

  /** What the destination holds for all channels to come; null for none. Stays the caller's. */
  public void destinationHolds(@Nullable Baseline baseline) {
    destinationBaseline = baseline;
  }

  /** The images that the destination has for all channels to come. Stay the caller's. */
  public void destinationHas(List<ImageIndex> images) {
    destinationImages = List.copyOf(images);
  }

  /** Opens a memory channel that offers a baseline; null for none. Stays the caller's. */
  public FakeLocalEnd openMemory(int port, byte[] bytes, @Nullable Baseline baseline) {
    FakeLocalEnd local = new FakeLocalEnd(random).writes(bytes, true);
    ChannelRequest request = new ChannelRequest(ChannelKind.MEMORY, 1, port, 512, baseline);
    local.join(source.open(request, local));
    locals.add(local);
    return local;
  }

  /** The destination tells of the disks' pages on all channels to come. */
  public void destinationRecords(TravelledPages.Recorder recorder) {
    destinationRecorder = recorder;
  }

  /** Opens a disk's channel that offers a baseline; null for none. Stays the caller's. */
  public FakeLocalEnd openDisk(
      int port, byte[] bytes, int historyPages, @Nullable Baseline baseline) {
    FakeLocalEnd local = new FakeLocalEnd(random).writes(bytes, true);
    ChannelRequest request = new ChannelRequest(ChannelKind.DISK, 1, port, historyPages, baseline);
    local.join(source.open(request, local));
    locals.add(local);
    return local;
  }

  /** The destination's connection of the channel that {@code sourceLocal} opened; null before. */
  public @Nullable FakeLocalEnd peerOf(FakeLocalEnd sourceLocal) {
    return destinationLocals.get(sourceLocal.channel().id());
  }

  /** Ports in the order in which they were connected. */
  public List<Integer> connectedPorts() {
    return connectedPorts;
  }

  /** Does one thing that can happen now; false if nothing can. */
  public boolean step() {
    List<Runnable> possible = new ArrayList<>();
    sourceSide.executor.lookAtClock();
    destinationSide.executor.lookAtClock();
    executor(sourceSide.executor, possible);
    executor(destinationSide.executor, possible);
    for (FakeLink link : links) {
      end(link, link.source(), possible);
      end(link, link.destination(), possible);
    }
    links.removeIf(link -> link.source().isClosed() && link.destination().isClosed());
    for (FakeLocalEnd local : locals) {
      if (local.canAct()) {
        possible.add(local::act);
      }
    }
    if (!connecting.isEmpty() && !holdsConnects) {
      possible.add(this::answerConnect);
    }
    if (possible.isEmpty()) {
      return waitForTimer();
    }
    possible.get(random.nextInt(possible.size())).run();
    steps++;
    if (steps > MAX_STEPS) {
      throw new AssertionError("seed " + seed + ": no rest after " + steps + " steps");
    }
    return true;
  }

  /** Short waits of the sessions themselves, as for the pace of a memory stream, just pass. */
  private boolean waitForTimer() {
    if (!sourceSide.executor.hasTimers() && !destinationSide.executor.hasTimers()) {
      return false;
    }
    clock.advanceMillis(1);
    return true;
  }

  private static void executor(DeterministicExecutor executor, List<Runnable> possible) {
    if (executor.hasLater()) {
      possible.add(executor::runLater);
    }
    if (executor.hasWork()) {
      possible.add(executor::runAnyWork);
    }
  }

  private static void end(FakeLink link, FakeLink.End end, List<Runnable> possible) {
    if (end.canDeliver()) {
      possible.add(end::deliver);
    }
    if (link.isCut() && !end.isClosed()) {
      possible.add(end::notice);
    }
  }

  /** Until nothing can happen without time passing. */
  public void run() {
    boolean more = true;
    while (more) {
      more = step();
    }
  }

  public void steps(int count) {
    int left = count;
    while (left > 0 && step()) {
      left--;
    }
  }

  /** Lets time pass in ticks of 250 ms, with everything that follows from each. */
  public void pass(long millis) {
    for (long passed = 0; passed < millis; passed += 250) {
      clock.advanceMillis(250);
      source.tick();
      destination.tick();
      run();
    }
  }

  /** Ends the sessions; then nobody may hold anything. Empty when all is well. */
  public String leaks() {
    source.finish(new SessionEnd.Ended("the test is over"));
    destination.finish(new SessionEnd.Ended("the test is over"));
    holdsConnects = false;
    run();
    StringBuilder found = new StringBuilder();
    look("source", sourceSide, found);
    look("destination", destinationSide, found);
    return found.isEmpty() ? "" : "seed " + seed + ":" + found;
  }

  private void look(String name, Side side, StringBuilder found) {
    if (side.buffers.held() != 0) {
      found
          .append(' ')
          .append(name)
          .append(" holds ")
          .append(side.buffers.held())
          .append(" buffers");
    }
    int batches = side.missingBatches(poolBatches);
    if (batches != 0) {
      found.append(' ').append(name).append(" holds ").append(batches).append(" batches");
    }
  }
}
