package io.novacron.dwcp.baseline;

import io.novacron.dwcp.baseline.UnwrittenBaselines.Unwritten;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.encoding.ChannelHistory;
import io.novacron.dwcp.encoding.VisitedPages;
import io.novacron.dwcp.kernels.BackgroundThreads;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.plugin.BaselineStore;
import io.novacron.dwcp.plugin.BaselineStore.Draft;
import io.novacron.dwcp.plugin.BaselineStore.Held;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Loads and writes baselines on threads of its own. Nothing that goes wrong here reaches a
 * migration: it goes without its baseline, and the listener is told. Any thread.
 */
public final class Baselines implements AutoCloseable {

  /** Told what happens. Any thread; must not throw. */
  public interface Listener {
    /**
     * Adds to a counter: loaded, late, damaged, missing-pages, written, write-failed, dropped,
     * skipped, near, and "disk-" with most of them.
     */
    void count(String what, long more);

    /** One sentence for the operator. */
    void warn(String sentence);

    void note(String sentence);
  }

  /** At once: each may hold as much memory as the history budget allows. */
  private static final int MOST_LOADS = 8;

  /** Histories that wait hold memory too: one that is written, and these. */
  private static final int MOST_WAITING = 4;

  /** Half a second of two cores for 700 MiB; more threads would take cores from guests. */
  private static final int MOST_LOADERS = 4;

  /** 5 s: what a daemon that stops gives to a baseline which is being written. */
  private static final long STOP_SECONDS = 5;

  private final BaselineStore store;
  private final PageKernels kernels;
  private final Listener listener;
  private final int loaders;
  private final long restMillis;
  private final ThreadPoolExecutor loading;
  private final ThreadPoolExecutor writing;
  private final AtomicInteger loads = new AtomicInteger();
  private final UnwrittenBaselines unwritten = new UnwrittenBaselines();
  private final Optional<DiskBaselines> disks;
  private volatile String writeProblem = "";

  /**
   * @param cores of this host
   * @param restMillis passes between the end of a migration and the writing of its baseline: what
   *     ends it in libvirt and QEMU comes first
   */
  public Baselines(
      BaselineStore store, PageKernels kernels, int cores, long restMillis, Listener listener) {
    this(store, kernels, cores, restMillis, listener, Optional.empty());
  }

  /**
   * With those of disks.
   *
   * @param disks closed with this
   */
  public Baselines(
      BaselineStore store,
      PageKernels kernels,
      int cores,
      long restMillis,
      Listener listener,
      Optional<DiskBaselines> disks) {
    this.disks = disks;
    this.store = store;
    this.kernels = kernels;
    this.listener = listener;
    this.restMillis = restMillis;
    this.loaders = Math.clamp(cores, 1, MOST_LOADERS);
    this.loading =
        new ThreadPoolExecutor(
            loaders,
            loaders,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("dwcp-baseline-load-", 0).factory());
    this.loading.allowCoreThreadTimeOut(true);
    this.writing =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            BackgroundThreads.named("dwcp-baseline-write-"));
    this.writing.allowCoreThreadTimeOut(true);
  }

  /** What is kept, the oldest first; memory and disks of a guest and a peer are one entry. */
  public List<BaselineStore.Entry> entries() throws IOException {
    List<BaselineStore.Entry> entries = new ArrayList<>(store.entries());
    if (disks.isPresent()) {
      entries.addAll(disks.get().files().entries());
    }
    Map<BaselineStore.Key, BaselineStore.Entry> all = new LinkedHashMap<>();
    entries.sort(Comparator.comparing(BaselineStore.Entry::writtenAt));
    for (BaselineStore.Entry each : entries) {
      all.merge(each.key(), each, Baselines::together);
    }
    return List.copyOf(all.values());
  }

  private static BaselineStore.Entry together(BaselineStore.Entry one, BaselineStore.Entry other) {
    long bytes = one.storedBytes() + other.storedBytes();
    return new BaselineStore.Entry(one.key(), bytes, other.writtenAt());
  }

  /**
   * Forgets memory and disks of these keys, also what a migration that is over left to be written.
   *
   * @return those that were kept
   */
  public List<BaselineStore.Entry> drop(Predicate<BaselineStore.Key> which) throws IOException {
    unwritten.drop(which);
    if (disks.isPresent()) {
      disks.get().settle();
    }
    List<BaselineStore.Entry> dropped = new ArrayList<>();
    for (BaselineStore.Entry each : entries()) {
      if (which.test(each.key()) && drop(each.key())) {
        dropped.add(each);
      }
    }
    return List.copyOf(dropped);
  }

  private boolean drop(BaselineStore.Key key) throws IOException {
    boolean hadMemory = store.drop(key);
    return (disks.isPresent() && disks.get().files().drop(key)) || hadMemory;
  }

  /** Those of disks; empty where none are kept. */
  public Optional<DiskBaselines> disks() {
    return disks;
  }

  /** Why the last baseline could not be written; empty if it could. */
  public String writeProblem() {
    return writeProblem;
  }

  /**
   * Begins to load the baseline of the key. Its owner closes it when the migration is over.
   *
   * @param mostPages a larger one is not loaded
   */
  public BaselineLoad load(BaselineStore.Key key, int mostPages) {
    BaselineLoad load = new BaselineLoad(key, loads::decrementAndGet);
    if (loads.incrementAndGet() > MOST_LOADS) {
      skipped(load);
      return load;
    }
    try {
      loading.execute(() -> begin(key, mostPages, load));
    } catch (RejectedExecutionException stopping) {
      skipped(load);
    }
    return load;
  }

  /** A migration goes without one, since its peer is so near that loading it takes longer. */
  public void notNeeded() {
    listener.count("near", 1);
  }

  private void skipped(BaselineLoad load) {
    listener.count("skipped", 1);
    load.loaded(null);
  }

  private void begin(BaselineStore.Key key, int mostPages, BaselineLoad load) {
    try {
      Optional<Held> held = store.open(key);
      if (held.isEmpty()) {
        load.loaded(null);
        return;
      }
      fill(key, load, held.get(), reader(key, mostPages, held.get()));
    } catch (BaselineDamagedException e) {
      damaged(key, String.valueOf(e.getMessage()));
      dropDamaged(key);
      load.loaded(null);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      damaged(key, String.valueOf(e.getMessage()));
      load.loaded(null);
    }
  }

  private static BaselineReader reader(BaselineStore.Key key, int mostPages, Held held)
      throws IOException {
    boolean usable = false;
    try {
      BaselineReader reader = BaselineReader.index(held, key.guest(), mostPages);
      usable = true;
      return reader;
    } finally {
      if (!usable) {
        held.close();
      }
    }
  }

  private void damaged(BaselineStore.Key key, String why) {
    listener.count("damaged", 1);
    listener.warn("the baseline of %s with %s: %s".formatted(key.guest(), key.peerHost(), why));
  }

  private void dropDamaged(BaselineStore.Key key) {
    try {
      store.drop(key);
    } catch (IOException e) {
      listener.warn("a damaged baseline stays behind: " + e.getMessage());
    }
  }

  private void fill(BaselineStore.Key key, BaselineLoad load, Held held, BaselineReader reader) {
    CompletableFuture<?>[] shares = new CompletableFuture<?>[loaders];
    for (int i = 0; i < loaders; i++) {
      shares[i] = CompletableFuture.runAsync(() -> reader.fill(kernels, load::isClosed), loading);
    }
    var _ =
        CompletableFuture.allOf(shares)
            .whenComplete((nothing, failure) -> {
              held.close();
              filled(key, load, reader.pages(), failure != null);
            });
  }

  private void filled(
      BaselineStore.Key key, BaselineLoad load, BaselinePages pages, boolean hasFailed) {
    if (hasFailed) {
      damaged(key, "it could not be loaded");
      pages.close();
      load.loaded(null);
      return;
    }
    long missing = pages.missing().stream().mapToLong(BaselinePages.Range::pages).sum();
    if (missing > 0 && !load.isClosed()) {
      listener.count("missing-pages", missing);
      damaged(
          key, missing + " of " + pages.pages() + " pages are damaged; it is used without them");
    }
    listener.count("loaded", 1);
    listener.note(
        "baseline of %s with %s: %d pages loaded in %d ms"
            .formatted(key.guest(), key.peerHost(), pages.pages(), load.millis()));
    load.loaded(pages);
  }

  /** A migration went on without its baseline, for which it had waited long enough. */
  public void late(BaselineLoad load) {
    if (!load.pages().isDone()) {
      listener.count("late", 1);
      listener.note(
          "baseline of %s with %s comes too late after %d ms; the guest travels whole"
              .formatted(load.key().guest(), load.key().peerHost(), load.millis()));
    }
  }

  /**
   * Writes what the channels of a migration knew at its end, in the background. Owns the histories
   * and frees them when it is done.
   *
   * @param histories in the order of the channels
   */
  public void keep(BaselineStore.Key key, List<ChannelHistory> histories) {
    Unwritten job = unwritten.add(key);
    try {
      writing.execute(() -> write(job, histories));
    } catch (RejectedExecutionException tooManyOrStopping) {
      job.close();
      listener.count("skipped", 1);
      histories.forEach(ChannelHistory::close);
    }
  }

  private void write(Unwritten job, List<ChannelHistory> histories) {
    try (job) {
      TimeUnit.MILLISECONDS.sleep(restMillis);
      VisitedPages visited = new VisitedPages(histories);
      if (visited.index().pages() == 0) {
        return;
      }
      try (Draft draft = job.guard(store.begin(job.key()))) {
        long bytes = new BaselineWriter(draft, visited).write(job.key().guest());
        written(job.key(), visited.index().pages(), bytes);
      }
    } catch (InterruptedException stopping) {
      listener.count("skipped", 1);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      notWritten(job, String.valueOf(e.getMessage()));
    } finally {
      histories.forEach(ChannelHistory::close);
    }
  }

  private void written(BaselineStore.Key key, int pages, long bytes) {
    listener.count("written", 1);
    if (!writeProblem.isEmpty()) {
      writeProblem = "";
      listener.note("baselines are written again");
    }
    listener.note(
        "baseline of %s with %s: %d pages, %d B"
            .formatted(key.guest(), key.peerHost(), pages, bytes));
  }

  private void notWritten(Unwritten job, String why) {
    if (job.isDropped()) {
      listener.count("dropped", 1);
      listener.note(
          "the baseline of %s with %s is not written: it was dropped"
              .formatted(job.key().guest(), job.key().peerHost()));
    } else {
      notWritten(job.key(), why);
    }
  }

  /** A full disk is told once, not after each migration. */
  private void notWritten(BaselineStore.Key key, String why) {
    listener.count("write-failed", 1);
    if (writeProblem.isEmpty()) {
      listener.warn(
          "the baseline of %s with %s is not written: %s; guests that come back travel whole"
              .formatted(key.guest(), key.peerHost(), why));
    }
    writeProblem = why.isEmpty() ? "unknown" : why;
  }

  /** Lets what is being written come to its end, for some seconds. */
  @Override
  public void close() {
    disks.ifPresent(DiskBaselines::close);
    loading.shutdownNow();
    writing.shutdown();
    try {
      if (!writing.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        writing.shutdownNow();
      }
    } catch (InterruptedException e) {
      writing.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
