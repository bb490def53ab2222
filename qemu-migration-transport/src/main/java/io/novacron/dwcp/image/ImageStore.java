package io.novacron.dwcp.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.kernels.PageKernels;
import java.io.EOFException;
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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The indexes of images as files below one directory, readable by their owner alone, one for each
 * path. Holds at most so many bytes; those that were not used for the longest time go first. A
 * draft's name begins with a dot; what a crash left of one is removed at the next start.
 */
public final class ImageStore {

  private static final String SUFFIX = ".image";
  private static final double LEAST_FREE = 0.1;
  private static final FileAttribute<?> OWNERS_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> OWNERS_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /**
   * An index that is kept.
   *
   * @param image the path of the image
   * @param imageBytes of the image
   * @param storedBytes of the index
   */
  public record Entry(Path image, long imageBytes, long storedBytes, Instant usedAt) {}

  private record Kept(Path file, ImageFile image, Entry entry) {}

  private final Path directory;
  private final long mostBytes;
  private final InstantSource clock;
  private final PageKernels kernels;

  private ImageStore(Path directory, long mostBytes, InstantSource clock, PageKernels kernels) {
    this.directory = directory;
    this.mostBytes = mostBytes;
    this.clock = clock;
    this.kernels = kernels;
  }

  /** Makes the directory, of nobody else, if need be; removes what a crash left. */
  public static ImageStore open(
      Path directory, long mostBytes, InstantSource clock, PageKernels kernels) throws IOException {
    Files.createDirectories(directory, OWNERS_DIRECTORY);
    for (Path each : children(directory)) {
      if (String.valueOf(each.getFileName()).startsWith(".")) {
        Files.deleteIfExists(each);
      }
    }
    return new ImageStore(directory, mostBytes, clock, kernels);
  }

  /**
   * The index of a file as it is now; owned by who asked. Empty if there is none.
   *
   * @throws IOException if there is one that cannot be used; it is removed
   */
  Optional<ImageIndex> find(ImageFile image) throws IOException {
    Path file = file(image.path());
    try (FileChannel index = FileChannel.open(file, StandardOpenOption.READ)) {
      ImageFormat.Head head = ImageFormat.readHead(fully(index, ImageFormat.HEAD_BYTES));
      if (!head.image().equals(image)) {
        return Optional.empty();
      }
      if (index.size() != head.fileBytes()) {
        throw new IOException("it has %d B".formatted(index.size()));
      }
      ImageIndex opened = opened(head, index);
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      return Optional.of(opened);
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static ImageIndex opened(ImageFormat.Head head, FileChannel index) throws IOException {
    MemorySegment digests =
        index.map(MapMode.READ_ONLY, ImageFormat.HEAD_BYTES, head.digestBytes(), Arena.ofAuto());
    MemorySegment table =
        index.map(MapMode.READ_ONLY, head.tableOffset(), head.tableBytes(), Arena.ofAuto());
    table.load(); // now, and not when an event loop looks something up; the digests are read below
    byte[] id = ImageFormat.id(digests);
    if (!HexFormat.of().formatHex(id).equals(head.id())) {
      throw new IOException("its digests are not those of its id");
    }
    ImageContent content = new ImageContent(head.image().open());
    return new ImageIndex(new DiskBaseline(digests, id, List.of(), content), table);
  }

  /**
   * Reads the image and writes its index. Takes as long as that takes.
   *
   * @throws IOException if there is no room, too
   */
  Entry build(ImageFile image) throws IOException {
    Path target = file(image.path());
    Path draft = target.resolveSibling("." + target.getFileName());
    makeRoom(image);
    try (FileChannel index =
        FileChannel.open(
            draft,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.SPARSE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE),
            OWNERS_FILE)) {
      ImageFormat.Head head = new IndexBuild(kernels).write(image, index);
      index.force(true);
      Files.setLastModifiedTime(draft, FileTime.from(clock.instant()));
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      return new Entry(image.path(), image.sizeBytes(), head.fileBytes(), clock.instant());
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private void makeRoom(ImageFile image) throws IOException {
    int mostBlocks = (int) Math.min(Integer.MAX_VALUE, image.sizeBytes() / 4096);
    if (mostBlocks > DiskBaseline.MAX_PAGES) {
      throw new IOException("it has %d B, too many".formatted(image.sizeBytes()));
    }
    long wanted = new ImageFormat.Head("", mostBlocks, mostBlocks, image).fileBytes();
    List<Kept> kept = kept();
    long total = wanted + kept.stream().mapToLong(each -> each.entry().storedBytes()).sum();
    while (total > mostBytes && !kept.isEmpty()) {
      Kept oldest = kept.removeFirst();
      Files.deleteIfExists(oldest.file());
      total -= oldest.entry().storedBytes();
    }
    var system = Files.getFileStore(directory);
    boolean isFree = system.getUsableSpace() - wanted > system.getTotalSpace() * LEAST_FREE;
    if (!isFree || total > mostBytes) {
      throw new IOException("no room for an index of %d B".formatted(wanted));
    }
  }

  /** Forgets the index of that image, whatever its state. */
  void remove(Path image) throws IOException {
    Files.deleteIfExists(file(image));
  }

  /** What is kept, the one that was not used for the longest time first. */
  public List<Entry> entries() throws IOException {
    return kept().stream().map(Kept::entry).toList();
  }

  /** The images whose index is kept and is not of the file as it is now. */
  List<Path> outdated() throws IOException {
    List<Path> outdated = new ArrayList<>();
    for (Kept each : kept()) {
      try {
        if (!ImageFile.look(each.image().path()).equals(each.image())) {
          outdated.add(each.image().path());
        }
      } catch (IOException gone) {
        Files.deleteIfExists(each.file());
      }
    }
    return outdated;
  }

  private List<Kept> kept() throws IOException {
    List<Kept> kept = new ArrayList<>();
    for (Path file : children(directory)) {
      if (String.valueOf(file.getFileName()).endsWith(SUFFIX)) {
        kept(file).ifPresent(kept::add);
      }
    }
    kept.sort(Comparator.comparing((Kept each) -> each.entry().usedAt()).thenComparing(Kept::file));
    return kept;
  }

  private static Optional<Kept> kept(Path file) throws IOException {
    try (FileChannel index = FileChannel.open(file, StandardOpenOption.READ)) {
      ImageFormat.Head head = ImageFormat.readHead(fully(index, ImageFormat.HEAD_BYTES));
      ImageFile image = head.image();
      Instant usedAt = Files.getLastModifiedTime(file).toInstant();
      return Optional.of(
          new Kept(file, image, new Entry(image.path(), image.sizeBytes(), index.size(), usedAt)));
    } catch (NoSuchFileException removedMeanwhile) {
      return Optional.empty();
    } catch (IOException damaged) {
      Files.deleteIfExists(file);
      return Optional.empty();
    }
  }

  private static ByteBuffer fully(FileChannel file, int bytes) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(bytes);
    while (in.hasRemaining()) {
      if (file.read(in, in.position()) < 0) {
        throw new EOFException("it has only " + in.position() + " B");
      }
    }
    return in.flip();
  }

  private Path file(Path image) {
    try {
      byte[] name = MessageDigest.getInstance("SHA-256").digest(image.toString().getBytes(UTF_8));
      return directory.resolve(HexFormat.of().formatHex(name, 0, 16) + SUFFIX);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static List<Path> children(Path parent) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(parent)) {
      files.forEach(found::add);
    }
    return found;
  }
}
