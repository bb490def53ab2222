package io.novacron.dwcp.replay;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.novacron.dwcp.config.TransportConfig;
import io.novacron.dwcp.congestion.StreamBounds;
import io.novacron.dwcp.encoding.PageCounts;
import io.novacron.dwcp.kernels.KernelVariants;
import io.novacron.dwcp.netty.TransportSettings;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.ChannelTally;
import io.novacron.dwcp.session.SessionSettings;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Plays recordings through a pair of sessions and measures. One thread, blocking. */
public final class Replay {
  /** Told how far a passage is, some times a second. */
  public interface Progress {
    /**
     * One passage goes on.
     *
     * @param run from 1 on
     * @param isFirstVisit whether it is that of the recording given with --against
     */
    void at(int run, boolean isFirstVisit, long doneBytes, long allBytes);
  }

  /**
   * What to play and how.
   *
   * @param against the visit before; null for none
   * @param link null for bare loopback
   * @param runs repetitions in this process, the later ones with a warm JVM
   */
  public record Wish(
      RecordedStream recording,
      @Nullable RecordedStream against,
      @Nullable LinkShape link,
      TransportConfig transport,
      int runs) {}

  private static final long SAMPLE_MILLIS = 100;

  /** A minute without a byte: no link that can be asked for is so slow. */
  private static final long STALL_NANOS = 60_000_000_000L;

  private static final double NANOS = 1e9;
  private static final double MEGABYTE = 1e6;

  private final Wish wish;
  private final Progress progress;
  private final KernelVariants kernels = KernelVariants.load();

  public Replay(Wish wish, Progress progress) {
    if (LoggerFactory.getLogger("io.novacron.dwcp") instanceof Logger ours) {
      ours.setLevel(Level.ERROR); // that a session came up and ended is no news to who asked for it
    }
    this.wish = wish;
    this.progress = progress;
  }

  /**
   * Plays everything.
   *
   * @throws DifferentOutputException if the destination got other bytes than the source sent
   */
  public ReplayResult play() throws ReplayException {
    List<ReplayResult.Run> runs = new ArrayList<>();
    for (int run = 1; run <= wish.runs(); run++) {
      runs.add(run(run));
    }
    RecordedStream against = wish.against();
    return new ReplayResult(
        wish.recording().file().toString(),
        wish.recording().format(),
        against == null ? null : against.file().toString(),
        wish.link(),
        wish.transport().streams(),
        workers(),
        kernels.chosen().variant(),
        List.copyOf(runs));
  }

  /** Sessions of its own for each, so that no run finds what another one left. */
  private ReplayResult.Run run(int run) throws ReplayException {
    RecordedStream against = wish.against();
    System.gc(); // else the buffers of the run before count in this one's memory
    try (SessionPair pair = new SessionPair(settings(), kernels.chosen(), wish.link())) {
      VisitResult first = against == null ? null : visit(pair, against, run, true);
      pair.keepBaseline(); // of the first visit, if there was one
      return new ReplayResult.Run(first, visit(pair, wish.recording(), run, false));
    }
  }

  private int workers() {
    return wish.transport().workerThreads(Runtime.getRuntime().availableProcessors());
  }

  /** As the daemon's, see DaemonModule. */
  private TransportSettings settings() {
    TransportConfig transport = wish.transport();
    long outageNanos = transport.outageBudget().toNanos();
    return new TransportSettings(
        "replay",
        new SecureRandom().nextLong(),
        ProtocolVersions.SPOKEN,
        StreamBounds.fixed(transport.streams()), // so that runs can be compared
        transport.congestionControl(),
        workers(),
        transport.historyBudgetBytes(),
        0, // a recording shows what it costs to take it
        (int) transport.connectTimeout().toMillis(),
        (int) transport.handshakeTimeout().toMillis(),
        transport.peerQuarantine().toNanos(),
        new SessionSettings(transport.receiveWindowBytes(), outageNanos, outageNanos));
  }

  private VisitResult visit(SessionPair pair, RecordedStream stream, int run, boolean isFirst)
      throws ReplayException {
    pair.ready();
    long cpuBefore = ProcessUse.cpuNanos() - pair.linkCpuNanos();
    long startNanos = System.nanoTime();
    SessionPair.Passage passage = pair.begin(stream, isFirst);
    Watch watch = new Watch(passage, done -> progress.at(run, isFirst, done, stream.byteSize()));
    watch.untilClosed(passage.sourceClosed());
    watch.untilClosed(passage.destinationClosed());
    ComparedGuest compared = passage.connected().join();
    long cpuNanos = ProcessUse.cpuNanos() - pair.linkCpuNanos() - cpuBefore;
    progress.at(run, isFirst, stream.byteSize(), stream.byteSize());
    return result(
        passage.sourceClosed().join(),
        compared.endedNanos() - startNanos,
        cpuNanos,
        watch.peakBytes());
  }

  private static VisitResult result(
      ChannelEnd channel, long nanos, long cpuNanos, long peakMemoryBytes) {
    ChannelTally tally = channel.tally();
    double seconds = nanos / NANOS;
    double cpuSeconds = Math.max(cpuNanos, 1) / NANOS;
    double megabytes = tally.rawBytes() / MEGABYTE;
    return new VisitResult(
        tally.rawBytes(),
        tally.wireBytes(),
        (double) tally.rawBytes() / tally.wireBytes(),
        seconds,
        cpuSeconds,
        megabytes / seconds,
        megabytes / cpuSeconds,
        peakMemoryBytes,
        channel.parserDescription(),
        tiers(tally.sent().pages()));
  }

  private static VisitResult.Tiers tiers(PageCounts sent) {
    return new VisitResult.Tiers(
        tier(sent.zero()),
        tier(sent.reference()),
        tier(sent.baseline()),
        tier(sent.delta()),
        tier(sent.full()),
        sent.literalBytes());
  }

  private static VisitResult.Tier tier(long pages) {
    return new VisitResult.Tier(pages, pages * PageSize.BYTES);
  }

  /** Waits for the ends of a passage, and samples while it does. */
  private static final class Watch {
    private final SessionPair.Passage passage;
    private final LongConsumer progress;
    private long peakBytes = ProcessUse.anonymousBytes();
    private long seenBytes;
    private long movedNanos = System.nanoTime();

    Watch(SessionPair.Passage passage, LongConsumer progress) {
      this.passage = passage;
      this.progress = progress;
    }

    long peakBytes() {
      return peakBytes;
    }

    void untilClosed(CompletableFuture<ChannelEnd> closed) throws ReplayException {
      while (true) {
        try {
          check(closed.get(SAMPLE_MILLIS, TimeUnit.MILLISECONDS));
          sample();
          return;
        } catch (TimeoutException notYet) {
          sample();
        } catch (ExecutionException | InterruptedException e) {
          throw new ReplayException("interrupted", e);
        }
      }
    }

    private void sample() throws ReplayException {
      peakBytes = Math.max(peakBytes, ProcessUse.anonymousBytes());
      long done = passage.equalBytes();
      progress.accept(done);
      if (done > seenBytes) {
        seenBytes = done;
        movedNanos = System.nanoTime();
      } else if (System.nanoTime() - movedNanos > STALL_NANOS) {
        throw new ReplayException("nothing moved for a minute, after %,d bytes".formatted(done));
      }
    }

    private void check(ChannelEnd channel) throws ReplayException {
      String difference =
          passage.connected().isDone() ? passage.connected().join().difference() : "";
      if (!difference.isEmpty()) {
        throw new DifferentOutputException(passage.stream().file() + ": " + difference);
      }
      if (!channel.abortReason().isEmpty()) {
        throw new ReplayException(
            passage.stream().file() + ": the session broke: " + channel.abortReason());
      }
    }
  }
}
