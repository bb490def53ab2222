package io.novacron.dwcp.baseline;

import io.novacron.dwcp.baseline.DiskBaselineFormat.Head;
import io.novacron.dwcp.encoding.BaselinePages.Range;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.plugin.BaselineStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/**
 * Baselines of disks as sparse files {@code UUID/PEER.N.disk} below one directory, readable by
 * their owner alone. Holds at most so many bytes, drafts included, leaves a tenth of its file
 * system free, and keeps none that is too old: the oldest go first. A draft's name begins with a
 * dot; what a crash left of one is removed at the next start.
 */
public final class FileDiskBaselines {

  private static final String SUFFIX = ".disk";

  /** So that a baseline is not what fills a file system that others need. */
  private static final double LEAST_FREE = 0.1;

  private static final FileAttribute<?> OWNERS_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> OWNERS_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private record Kept(Path file, int ordinal, BaselineStore.Entry entry) {}

  private final Path directory;
  private final long mostBytes;
  private final Duration mostAge;
  private final InstantSource clock;
  private final PageKernels kernels;
  private final Drafts room = new Drafts();
  private long drafts;

  private FileDiskBaselines(
      Path directory, long mostBytes, Duration mostAge, InstantSource clock, PageKernels kernels) {
    this.directory = directory;
    this.mostBytes = mostBytes;
    this.mostAge = mostAge;
    this.clock = clock;
    this.kernels = kernels;
  }

  /** Makes the directory, of nobody else, if need be; removes what is left behind or too old. */
  public static FileDiskBaselines open(
      Path directory, long mostBytes, Duration mostAge, InstantSource clock, PageKernels kernels)
      throws IOException {
    Files.createDirectories(directory, OWNERS_DIRECTORY);
    var store = new FileDiskBaselines(directory, mostBytes, mostAge, clock, kernels);
    for (Path guest : children(directory)) {
      for (Path file : Files.isDirectory(guest) ? children(guest) : List.<Path>of()) {
        if (BaselineFileName.isDraft(file)) {
          Files.deleteIfExists(file);
        }
      }
    }
    store.removeExpired();
    return store;
  }

  /** Removes what is older than it may be; to be called now and then. */
  public synchronized void removeExpired() throws IOException {
    Instant oldest = clock.instant().minus(mostAge);
    for (Kept each : kept()) {
      if (each.entry().writtenAt().isBefore(oldest)) {
        remove(each.file());
      }
    }
  }

  /** Touches no file: the recording does, on the writer. */
  DiskRecording begin(BaselineStore.Key key, int ordinal, boolean keepsContent, Executor writer) {
    return new DiskRecording(() -> draft(key, ordinal), keepsContent, writer, room);
  }

  private synchronized DiskRecording.Draft draft(BaselineStore.Key key, int ordinal)
      throws IOException {
    Path target = target(key, ordinal);
    Files.createDirectories(directory.resolve(key.guest().toString()), OWNERS_DIRECTORY);
    Path draft = BaselineFileName.draft(target, drafts++);
    FileChannel file =
        FileChannel.open(
            draft,
            Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.SPARSE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE),
            OWNERS_FILE);
    return new DiskRecording.Draft(draft, file);
  }

  private Path target(BaselineStore.Key key, int ordinal) throws IOException {
    BaselineFileName.path(directory, key); // whether the peer's name makes one
    String name = BaselineFileName.encoded(key.peerHost()) + "." + ordinal + SUFFIX;
    return directory.resolve(key.guest().toString()).resolve(name);
  }

  /** From here on the disk has this baseline, also after a crash. */
  void publish(BaselineStore.Key key, int ordinal, DiskRecording recording, List<Range> missing)
      throws IOException {
    DiskRecording.Draft draft = recording.draft();
    FileChannel file = draft.file();
    int pages = recording.pages();
    long digestBytes = (long) pages * DiskBaseline.DIGEST_BYTES;
    String id;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment digests =
          file.map(MapMode.READ_ONLY, DiskBaselineFormat.HEAD_BYTES, digestBytes, arena);
      id = HexFormat.of().formatHex(HeldDisk.id(key.guest(), digests, kernels));
    }
    long seconds = clock.instant().getEpochSecond();
    ByteBuffer head =
        DiskBaselineFormat.head(
            new Head(key.guest(), id, pages, recording.storedBytes(), seconds, missing));
    while (head.hasRemaining()) {
      file.write(head, head.position());
    }
    file.force(true);
    Files.setLastModifiedTime(draft.path(), FileTime.from(Instant.ofEpochSecond(seconds)));
    synchronized (this) {
      Path target = target(key, ordinal);
      Files.move(draft.path(), target, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel parent =
          FileChannel.open(directory.resolve(key.guest().toString()), StandardOpenOption.READ)) {
        parent.force(true);
      }
    }
  }

  DiskBaseline held(BaselineStore.Key key, Path file) throws IOException {
    return HeldDisk.open(file, key.guest(), kernels);
  }

  /** What is kept of the key's disks, by their numbers. */
  synchronized Map<Integer, Path> files(BaselineStore.Key key) throws IOException {
    removeExpired();
    Map<Integer, Path> files = new TreeMap<>();
    for (Kept each : kept()) {
      if (each.entry().key().equals(key)) {
        files.put(each.ordinal(), each.file());
      }
    }
    return files;
  }

  /** One for each disk; the oldest first. */
  public synchronized List<BaselineStore.Entry> entries() throws IOException {
    return kept().stream().map(Kept::entry).toList();
  }

  /** Forgets the disks of the key; false when there was none. */
  public synchronized boolean drop(BaselineStore.Key key) throws IOException {
    Map<Integer, Path> files = files(key);
    for (Path file : files.values()) {
      remove(file);
    }
    return !files.isEmpty();
  }

  /** Closes and removes what was not published. */
  void giveUp(DiskRecording recording) throws IOException {
    recording.close();
    if (recording.isBegun()) {
      remove(recording.draft().path());
    }
  }

  synchronized void remove(Path file) throws IOException {
    Files.deleteIfExists(file);
    Path guest = file.getParent();
    if (guest != null && Files.isDirectory(guest) && children(guest).isEmpty()) {
      Files.deleteIfExists(guest);
    }
  }

  private List<Kept> kept() throws IOException {
    List<Kept> kept = new ArrayList<>();
    for (Path guest : children(directory)) {
      if (BaselineFileName.guest(guest).isPresent()) {
        for (Path file : children(guest)) {
          kept(guest, file).ifPresent(kept::add);
        }
      }
    }
    kept.sort(
        Comparator.comparing((Kept each) -> each.entry().writtenAt()).thenComparing(Kept::file));
    return kept;
  }

  /** The name of the peer has no dot in front of the number that is not encoded: the last two. */
  private static Optional<Kept> kept(Path guest, Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    if (BaselineFileName.isDraft(file) || !name.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    String stem = name.substring(0, name.length() - SUFFIX.length());
    int dot = stem.lastIndexOf('.');
    Optional<String> peer =
        dot < 0 ? Optional.empty() : BaselineFileName.decoded(stem.substring(0, dot));
    if (peer.isEmpty() || !stem.substring(dot + 1).matches("[0-9]{1,4}")) {
      return Optional.empty();
    }
    int ordinal = Integer.parseInt(stem.substring(dot + 1));
    try (FileChannel opened = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer in = ByteBuffer.allocate(DiskBaselineFormat.HEAD_BYTES);
      while (in.hasRemaining() && opened.read(in, in.position()) > 0) {}
      Head head = DiskBaselineFormat.readHead(in.limit(in.capacity()).rewind());
      BaselineStore.Key key = new BaselineStore.Key(head.guest(), peer.get());
      BaselineStore.Entry entry =
          new BaselineStore.Entry(
              key, head.storedBytes(), Instant.ofEpochSecond(head.changedSeconds()));
      return Optional.of(new Kept(file, ordinal, entry));
    } catch (NoSuchFileException removedMeanwhile) {
      return Optional.empty();
    } catch (BaselineDamagedException e) {
      BaselineStore.Key key =
          new BaselineStore.Key(BaselineFileName.guest(guest).orElseThrow(), peer.get());
      return Optional.of(
          new Kept(file, ordinal, new BaselineStore.Entry(key, Files.size(file), Instant.EPOCH)));
    }
  }

  private static List<Path> children(Path parent) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(parent)) {
      files.forEach(found::add);
    }
    return found;
  }

  /** What drafts take, made ahead of what is written so that files are looked at rarely. */
  private final class Drafts implements DiskRecording.Room {
    private static final long STEP_BYTES = 64L << 20;
    private long takenBytes;
    private long roomBytes;

    @Override
    public boolean take(long bytes) throws IOException {
      synchronized (FileDiskBaselines.this) {
        if (takenBytes + bytes > roomBytes && !makeRoom(bytes)) {
          return false;
        }
        takenBytes += bytes;
        return true;
      }
    }

    private boolean makeRoom(long bytes) throws IOException {
      long more = Math.max(bytes, Math.min(STEP_BYTES, mostBytes / 64));
      long wanted = Math.min(takenBytes + more, mostBytes);
      var system = Files.getFileStore(directory);
      List<Kept> kept = kept();
      long total = wanted + kept.stream().mapToLong(each -> each.entry().storedBytes()).sum();
      while (total > mostBytes && !kept.isEmpty()) {
        Kept oldest = kept.removeFirst();
        remove(oldest.file());
        total -= oldest.entry().storedBytes();
      }
      boolean isFree = system.getUsableSpace() - more > system.getTotalSpace() * LEAST_FREE;
      roomBytes = isFree ? wanted : roomBytes;
      return isFree && total <= mostBytes && wanted >= takenBytes + bytes;
    }

    @Override
    public void give(long bytes) {
      synchronized (FileDiskBaselines.this) {
        takenBytes -= bytes;
        roomBytes = takenBytes;
      }
    }
  }
}
