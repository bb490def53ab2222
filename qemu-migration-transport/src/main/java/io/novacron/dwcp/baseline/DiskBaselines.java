package io.novacron.dwcp.baseline;

import io.novacron.dwcp.encoding.BaselinePages.Range;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.plugin.BaselineStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The baselines of disks: written while a disk is copied, looked for when the guest comes back, on
 * threads of their own. Nothing that goes wrong here reaches a migration: it goes without its
 * baseline, and the listener is told. Any thread.
 */
public final class DiskBaselines implements AutoCloseable {

  /** 5 s: what a daemon that stops gives to a baseline which is being written. */
  private static final long STOP_SECONDS = 5;

  private final FileDiskBaselines files;
  private final Baselines.Listener listener;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("dwcp-disk-write").factory());
  private final ExecutorService loader =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("dwcp-disk-load").factory());

  public DiskBaselines(FileDiskBaselines files, Baselines.Listener listener) {
    this.files = files;
    this.listener = listener;
  }

  public FileDiskBaselines files() {
    return files;
  }

  /**
   * What is kept of the guest's disks, by their numbers, each checked but for the content of its
   * pages; owned by who asked. Never fails; an empty map where nothing can be used.
   */
  public CompletableFuture<Map<Integer, DiskBaseline>> load(BaselineStore.Key key) {
    CompletableFuture<Map<Integer, DiskBaseline>> loaded = new CompletableFuture<>();
    try {
      loader.execute(() -> loaded.complete(loadNow(key)));
    } catch (RejectedExecutionException stopping) {
      loaded.complete(Map.of());
    }
    return loaded;
  }

  private Map<Integer, DiskBaseline> loadNow(BaselineStore.Key key) {
    Map<Integer, DiskBaseline> disks = new HashMap<>();
    try {
      for (Map.Entry<Integer, Path> file : files.files(key).entrySet()) {
        open(key, file.getValue()).ifPresent(disk -> disks.put(file.getKey(), disk));
      }
    } catch (IOException | RuntimeException e) {
      listener.warn("the baselines of %s's disks: %s".formatted(key.guest(), e.getMessage()));
    }
    return Map.copyOf(disks);
  }

  private Optional<DiskBaseline> open(BaselineStore.Key key, Path file) throws IOException {
    try {
      DiskBaseline disk = files.held(key, file);
      listener.count("disk-loaded", 1);
      return Optional.of(disk);
    } catch (IOException | RuntimeException | InternalError e) {
      listener.count("disk-damaged", 1);
      listener.warn(
          "the baseline of a disk of %s with %s: %s; it is dropped, and the disk travels whole"
              .formatted(key.guest(), key.peerHost(), e.getMessage()));
      files.remove(file);
      return Optional.empty();
    }
  }

  /** A disk went without its baseline, which came too late. */
  public void late(BaselineStore.Key key) {
    listener.count("disk-late", 1);
    listener.note(
        "the baselines of the disks of %s with %s come too late; a disk travels whole"
            .formatted(key.guest(), key.peerHost()));
  }

  /** What was to be used did not hold: it is not used again. */
  public void dropDamaged(BaselineStore.Key key, String why) {
    listener.count("disk-damaged", 1);
    listener.warn(
        "the baselines of the disks of %s with %s are dropped: %s"
            .formatted(key.guest(), key.peerHost(), why));
    onWriter(() -> drop(key));
  }

  private void drop(BaselineStore.Key key) {
    try {
      files.drop(key);
    } catch (IOException e) {
      listener.warn("a damaged baseline of a disk stays behind: " + e.getMessage());
    }
  }

  /**
   * Begins to write down a disk that is about to be copied.
   *
   * @param ordinal of the disk among those of the guest, from 0
   * @param keepsContent whether this host can be asked for the content: the one that the disk
   *     leaves
   */
  public DiskRecording record(BaselineStore.Key key, int ordinal, boolean keepsContent) {
    return files.begin(key, ordinal, keepsContent, writer);
  }

  /** The guest moved: what was recorded becomes the baseline of its way back. */
  public void keep(BaselineStore.Key key, int ordinal, DiskRecording recording) {
    onWriter(() -> write(key, ordinal, recording));
  }

  /** Nothing is kept. */
  public void giveUp(DiskRecording recording) {
    onWriter(() -> remove(recording));
  }

  /** Waits until what was to be kept or given up before is so; for somebody who drops baselines. */
  void settle() {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    try {
      writer.execute(() -> reached.complete(null));
      reached.join();
    } catch (RejectedExecutionException stopping) {
      listener.count("disk-skipped", 1);
    }
  }

  private void onWriter(Runnable step) {
    try {
      writer.execute(step);
    } catch (RejectedExecutionException leftForTheNextStart) {
      listener.count("disk-skipped", 1);
    }
  }

  private void write(BaselineStore.Key key, int ordinal, DiskRecording recording) {
    try {
      if (!recording.problem().isEmpty()) {
        notWritten(key, recording.problem());
      } else if (recording.pages() > 0) {
        long bytes = recording.storedBytes();
        List<Range> missing = recording.missing();
        files.publish(key, ordinal, recording, missing);
        written(key, ordinal, bytes, recording.keepsContent() ? missing.size() : 0);
      }
    } catch (IOException | RuntimeException | InternalError | OutOfMemoryError e) {
      notWritten(key, String.valueOf(e.getMessage()));
    } finally {
      remove(recording);
    }
  }

  private void written(BaselineStore.Key key, int ordinal, long bytes, int missingRanges) {
    listener.count("disk-written", 1);
    listener.note(
        "baseline of disk %d of %s with %s: %d B%s"
            .formatted(
                ordinal,
                key.guest(),
                key.peerHost(),
                bytes,
                missingRanges == 0 ? "" : ", not all of it"));
  }

  private void notWritten(BaselineStore.Key key, String why) {
    listener.count("disk-write-failed", 1);
    listener.warn(
        "the baseline of a disk of %s with %s is not kept: %s; it travels whole the next time"
            .formatted(key.guest(), key.peerHost(), why));
  }

  private void remove(DiskRecording recording) {
    try {
      files.giveUp(recording);
    } catch (IOException e) {
      listener.warn("what was written of a disk's baseline stays behind: " + e.getMessage());
    }
  }

  /** Lets what is being written come to its end, for some seconds. */
  @Override
  public void close() {
    loader.shutdownNow();
    writer.shutdown();
    try {
      if (!writer.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        writer.shutdownNow();
      }
    } catch (InterruptedException e) {
      writer.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
