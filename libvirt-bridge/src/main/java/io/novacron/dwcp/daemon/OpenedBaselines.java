package io.novacron.dwcp.daemon;

import io.novacron.dwcp.baseline.Baselines;
import io.novacron.dwcp.baseline.DiskBaselines;
import io.novacron.dwcp.baseline.FileBaselineStore;
import io.novacron.dwcp.baseline.FileDiskBaselines;
import io.novacron.dwcp.config.DaemonConfig.BaselineConfig;
import io.novacron.dwcp.intercept.MigrationJournal;
import io.novacron.dwcp.kernels.PageKernels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The baselines of this host, with its log and counters. */
final class OpenedBaselines implements Baselines.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Baselines.class);

  /** 1.5 s: Finish and Confirm over the longest paths, and the end of the source's QEMU. */
  private static final long REST_MILLIS = 1_500;

  private final MigrationJournal journal;

  private OpenedBaselines(MigrationJournal journal) {
    this.journal = journal;
  }

  /** Empty, with a warning, where the directory cannot be used: migrations go without baselines. */
  static Optional<Baselines> in(
      Path directory, BaselineConfig wanted, PageKernels kernels, MigrationJournal journal) {
    try {
      FileBaselineStore store =
          FileBaselineStore.open(
              directory, wanted.maxBytes(), wanted.maxAge(), InstantSource.system());
      inTime(store::removeExpired, "dwcp-baseline-age");
      int cores = Runtime.getRuntime().availableProcessors();
      OpenedBaselines listener = new OpenedBaselines(journal);
      Optional<DiskBaselines> disks =
          disksIn(directory.resolveSibling("disks"), wanted, kernels, listener);
      return Optional.of(new Baselines(store, kernels, cores, REST_MILLIS, listener, disks));
    } catch (IOException e) {
      LOG.warn("baselines are off: {} cannot be used: {}", directory, e.toString());
      return Optional.empty();
    }
  }

  private static Optional<DiskBaselines> disksIn(
      Path directory, BaselineConfig wanted, PageKernels kernels, Baselines.Listener listener) {
    if (wanted.diskMaxBytes() == 0) {
      return Optional.empty();
    }
    try {
      FileDiskBaselines files =
          FileDiskBaselines.open(
              directory, wanted.diskMaxBytes(), wanted.maxAge(), InstantSource.system(), kernels);
      inTime(files::removeExpired, "dwcp-disk-age");
      return Optional.of(new DiskBaselines(files, listener));
    } catch (IOException e) {
      LOG.warn("baselines of disks are off: {} cannot be used: {}", directory, e.toString());
      return Optional.empty();
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** It is the memory of guests: it goes in time also where no guest comes any more. */
  private static void inTime(Step step, String thread) {
    Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name(thread).factory())
        .scheduleWithFixedDelay(() -> forget(step), 1, 1, TimeUnit.HOURS);
  }

  private static void forget(Step step) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      LOG.warn("baselines that are too old stay behind: {}", e.toString());
    }
  }

  @Override
  public void count(String what, long more) {
    journal.count("baselines." + what, more);
  }

  @Override
  public void warn(String sentence) {
    LOG.warn("{}", sentence);
  }

  @Override
  public void note(String sentence) {
    LOG.info("{}", sentence);
  }
}
