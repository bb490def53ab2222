package io.novacron.dwcp.baseline;

import io.novacron.dwcp.plugin.BaselineStore;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Baselines as files {@code UUID/PEER.baseline} below one directory, readable by their owner alone.
 * Holds at most so many bytes, drafts included, and none that is too old: the oldest go first. A
 * draft has a name that begins with a dot; what a crash left of one is removed at the next start.
 */
public final class FileBaselineStore implements BaselineStore {

  private static final FileAttribute<?> OWNERS_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> OWNERS_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path directory;
  private final long mostBytes;
  private final Duration mostAge;
  private final InstantSource clock;
  private long drafts;
  private long draftBytes;

  private FileBaselineStore(Path directory, long mostBytes, Duration mostAge, InstantSource clock) {
    this.directory = directory;
    this.mostBytes = mostBytes;
    this.mostAge = mostAge;
    this.clock = clock;
  }

  /**
   * Makes the directory if need be and removes what is left behind or too old.
   *
   * @param directory of nobody else
   */
  public static FileBaselineStore open(
      Path directory, long mostBytes, Duration mostAge, InstantSource clock) throws IOException {
    Files.createDirectories(directory, OWNERS_DIRECTORY);
    var store = new FileBaselineStore(directory, mostBytes, mostAge, clock);
    store.removeLeftovers();
    store.removeExpired();
    return store;
  }

  private void removeLeftovers() throws IOException {
    for (Path guest : children(directory)) {
      for (Path file : Files.isDirectory(guest) ? children(guest) : List.<Path>of()) {
        if (BaselineFileName.isDraft(file)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /**
   * Removes what is older than it may be; to be called now and then, since it is guests' memory.
   */
  public synchronized void removeExpired() throws IOException {
    Instant oldest = clock.instant().minus(mostAge);
    for (Entry each : entries()) {
      if (each.writtenAt().isBefore(oldest)) {
        drop(each.key());
      }
    }
  }

  @Override
  public synchronized Draft begin(Key key) throws IOException {
    Path target = BaselineFileName.path(directory, key);
    Path parent = directory.resolve(key.guest().toString());
    Files.createDirectories(parent, OWNERS_DIRECTORY);
    Path draft = BaselineFileName.draft(target, drafts++);
    FileChannel file =
        FileChannel.open(
            draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNERS_FILE);
    return new FileDraft(parent, draft, target, file);
  }

  @Override
  public synchronized Optional<Held> open(Key key) throws IOException {
    removeExpired();
    try {
      FileChannel file =
          FileChannel.open(BaselineFileName.path(directory, key), StandardOpenOption.READ);
      return Optional.of(new HeldFile(file, file.size()));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  /** The oldest first. */
  @Override
  public synchronized List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Path guest : children(directory)) {
      Optional<UUID> uuid = BaselineFileName.guest(guest);
      for (Path file : uuid.isPresent() ? children(guest) : List.<Path>of()) {
        Optional<String> peer = BaselineFileName.peer(file);
        if (peer.isPresent()) {
          entry(new Key(uuid.get(), peer.get()), file).ifPresent(entries::add);
        }
      }
    }
    entries.sort(
        Comparator.comparing(Entry::writtenAt)
            .thenComparing(each -> each.key().guest())
            .thenComparing(each -> each.key().peerHost()));
    return List.copyOf(entries);
  }

  private static Optional<Entry> entry(Key key, Path file) throws IOException {
    try {
      BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(new Entry(key, seen.size(), seen.lastModifiedTime().toInstant()));
    } catch (NoSuchFileException removedMeanwhile) {
      return Optional.empty();
    }
  }

  @Override
  public synchronized boolean drop(Key key) throws IOException {
    Path file = BaselineFileName.path(directory, key);
    boolean existed = Files.deleteIfExists(file);
    removeIfEmpty(directory.resolve(key.guest().toString()));
    return existed;
  }

  private synchronized void removeIfEmpty(Path guest) throws IOException {
    if (Files.isDirectory(guest) && children(guest).isEmpty()) {
      Files.deleteIfExists(guest);
    }
  }

  private static List<Path> children(Path parent) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(parent)) {
      files.forEach(found::add);
    }
    return found;
  }

  /** Drops the oldest until the drafts and so many bytes more fit. */
  private synchronized void makeRoom(long bytes) throws IOException {
    draftBytes += bytes;
    List<Entry> kept = new ArrayList<>(entries());
    long total = draftBytes + kept.stream().mapToLong(Entry::storedBytes).sum();
    while (total > mostBytes && !kept.isEmpty()) {
      Entry oldest = kept.removeFirst();
      drop(oldest.key());
      total -= oldest.storedBytes();
    }
    if (total > mostBytes) {
      throw new IOException(
          "a baseline of %d B or more does not fit in %d B".formatted(draftBytes, mostBytes));
    }
  }

  private synchronized void ended(long bytes) {
    draftBytes -= bytes;
  }

  private final class FileDraft implements Draft {
    /** 8 MiB: how far ahead of the bytes written room is made. */
    private static final long ROOM_STEP_BYTES = 8L << 20;

    private final Path guest;
    private final Path draft;
    private final Path target;
    private final FileChannel file;
    private long writtenBytes;
    private long roomBytes;
    private boolean ended;

    FileDraft(Path guest, Path draft, Path target, FileChannel file) {
      this.guest = guest;
      this.draft = draft;
      this.target = target;
      this.file = file;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      writtenBytes += bytes.remaining();
      while (roomBytes < writtenBytes) {
        long step = Math.min(ROOM_STEP_BYTES, Math.max(writtenBytes - roomBytes, mostBytes / 64));
        roomBytes += step;
        makeRoom(step);
      }
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    }

    @Override
    public void publish() throws IOException {
      file.force(true);
      file.close();
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory(guest);
      end();
    }

    /** So that the name survives a crash too. */
    private static void forceDirectory(Path directory) throws IOException {
      try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
        opened.force(true);
      }
    }

    private void end() {
      if (!ended) {
        ended = true;
        ended(roomBytes);
      }
    }

    @Override
    public void close() {
      if (ended) {
        return;
      }
      end();
      try {
        file.close();
        Files.deleteIfExists(draft);
        removeIfEmpty(guest);
      } catch (IOException leftForTheNextStart) {
        // Its name says that it is a draft: removeLeftovers takes it.
      }
    }
  }

  private record HeldFile(FileChannel file, long sizeBytes) implements Held {
    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
      long at = offset;
      while (into.hasRemaining()) {
        int read = file.read(into, at);
        if (read < 0) {
          throw new EOFException("the file ends at " + at);
        }
        at += read;
      }
    }

    @Override
    public void close() {
      try {
        file.close();
      } catch (IOException nothingWasWritten) {
        // Closing what was only read loses nothing.
      }
    }
  }
}
