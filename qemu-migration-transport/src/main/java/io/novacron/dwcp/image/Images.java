package io.novacron.dwcp.image;

import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.kernels.BackgroundThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * The images below guests' disks: looked for when a guest is about to migrate, and read in the
 * background where that was not done yet. Nothing that goes wrong here reaches a migration: it goes
 * without the image, and the listener is told. Any thread.
 */
public final class Images implements AutoCloseable {

  /** Told what happens. Any thread; must not throw. */
  public interface Listener {
    /** Adds to a counter: found, missing, built, failed, damaged. */
    void count(String what);

    /** One sentence for the operator. */
    void warn(String sentence);

    void note(String sentence);
  }

  private final ImageStore store;
  private final Listener listener;
  private final ExecutorService looker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("dwcp-image-look").factory());
  private final ExecutorService builder =
      Executors.newSingleThreadExecutor(BackgroundThreads.named("dwcp-image-read-"));

  /** The searches that wait for what is being built, by the image. */
  private final Map<ImageFile, Set<ImageSearch>> wanted = new HashMap<>();

  public Images(ImageStore store, Listener listener) {
    this.store = store;
    this.listener = listener;
  }

  /** Reads anew, in the background, the images that were changed since they were read. */
  public void refresh() {
    onLooker(() -> {
      try {
        for (Path each : store.outdated()) {
          build(ImageFile.look(each), Set.of());
        }
      } catch (IOException e) {
        listener.warn("the indexes of images: " + e.getMessage());
      }
    });
  }

  /** What is kept, the one that was not used for the longest time first. */
  public List<ImageStore.Entry> entries() throws IOException {
    return store.entries();
  }

  /**
   * Looks for the images below a guest's disks.
   *
   * @param disks files that libvirt uses as qcow2
   */
  public ImageSearch search(List<Path> disks) {
    ImageSearch search = new ImageSearch();
    boolean isLookedFor = onLooker(() -> look(disks, search));
    if (!isLookedFor) {
      search.looked();
    }
    return search;
  }

  private boolean onLooker(Runnable step) {
    try {
      looker.execute(step);
      return true;
    } catch (RejectedExecutionException stopping) {
      return false;
    }
  }

  private void look(List<Path> disks, ImageSearch search) {
    Set<ImageFile> seen = new HashSet<>();
    try {
      for (Path disk : disks) {
        for (ImageFile image : chain(disk)) {
          if (seen.add(image)) {
            look(image, search);
          }
        }
      }
    } finally {
      search.looked();
    }
  }

  private List<ImageFile> chain(Path disk) {
    try {
      return BackingChain.below(disk);
    } catch (IOException | RuntimeException e) {
      listener.note("what lies below a guest's disk is not used: " + e.getMessage());
      return List.of();
    }
  }

  private void look(ImageFile image, ImageSearch search) {
    Optional<ImageIndex> index = find(image);
    if (index.isPresent()) {
      listener.count("found");
      search.found(index.get());
      return;
    }
    listener.count("missing");
    listener.note(image.path() + " was not read yet; the guest travels without it unless in time");
    build(image, Set.of(search));
  }

  private Optional<ImageIndex> find(ImageFile image) {
    try {
      return store.find(image);
    } catch (IOException | RuntimeException | InternalError e) {
      listener.count("damaged");
      listener.warn("the index of %s is dropped: %s".formatted(image.path(), e.getMessage()));
      return Optional.empty();
    }
  }

  /** One build at a time of an image; who wants it waits for that. */
  private void build(ImageFile image, Set<ImageSearch> searches) {
    synchronized (wanted) {
      Set<ImageSearch> waiting = wanted.get(image);
      if (waiting != null) {
        waiting.addAll(searches);
        return;
      }
      wanted.put(image, new HashSet<>(searches));
    }
    try {
      builder.execute(() -> buildNow(image));
    } catch (RejectedExecutionException stopping) {
      listener.count("failed");
    }
  }

  private void buildNow(ImageFile image) {
    try (ImageIndex there = find(image).orElse(null)) {
      if (there == null) {
        readNow(image);
      }
    }
    Set<ImageSearch> waiting;
    synchronized (wanted) {
      waiting = wanted.remove(image);
    }
    for (ImageSearch each : waiting == null ? Set.<ImageSearch>of() : waiting) {
      if (!each.isClosed()) {
        find(image).ifPresent(each::found);
      }
    }
  }

  private void readNow(ImageFile image) {
    try {
      long begunNanos = System.nanoTime();
      ImageStore.Entry built = store.build(image);
      listener.count("built");
      listener.note(
          "%s was read: %d B in %d ms, its index has %d B"
              .formatted(
                  image.path(),
                  image.sizeBytes(),
                  (System.nanoTime() - begunNanos) / 1_000_000,
                  built.storedBytes()));
    } catch (IOException | RuntimeException | InternalError | OutOfMemoryError e) {
      listener.count("failed");
      listener.warn(
          "%s cannot be used: %s; guests on it travel without it"
              .formatted(image.path(), e.getMessage()));
    }
  }

  /** A block was not what its index says: none of these is used until it was read again. */
  public void distrust(List<Path> disks, String why) {
    listener.count("damaged");
    listener.warn("images are read again: " + why);
    try {
      builder.execute(
          () -> readAgain(disks)); // behind a build that runs: what it leaves is removed
    } catch (RejectedExecutionException stopping) {
      listener.count("failed");
    }
  }

  private void readAgain(List<Path> disks) {
    for (Path disk : disks) {
      for (ImageFile image : chain(disk)) {
        try {
          store.remove(image.path());
        } catch (IOException e) {
          listener.warn("an index of an image stays behind: " + e.getMessage());
        }
        readNow(image);
      }
    }
  }

  /** What is being read is given up. */
  @Override
  public void close() {
    looker.shutdownNow();
    builder.shutdownNow();
  }
}
