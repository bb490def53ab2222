package io.novacron.dwcp.replay;

import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.StreamPhase;
import io.novacron.dwcp.qemustream.MigrationStreamParser;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One migration stream in a file, mapped: a {@code virsh save} file, or a stream as it is. Any
 * thread; no buffer of it may be used after {@link #close()}.
 */
public final class RecordedStream implements AutoCloseable {
  /** What holds the stream. */
  public enum Format {
    /** As {@code virsh save} writes it. */
    LIBVIRT_SAVE,
    /** QEMU's stream from its first byte on. */
    QEMU_STREAM
  }

  /** "QEVM" (QEMU 10.0 migration/savevm.h). */
  private static final int QEMU_MAGIC = 0x5145564d;

  /** First of each multifd channel (QEMU 10.0 migration/multifd.h). */
  private static final int MULTIFD_MAGIC = 0x11223344;

  /** Read and parsed at a time; large enough that calls cost nothing beside the pages. */
  private static final int SCAN_BYTES = 4 << 20;

  private static final int WRITE_BYTES = 1 << 20;

  private final Path file;
  private final Format format;
  private final Arena arena;
  private final MemorySegment bytes;

  private RecordedStream(Path file, Format format, Arena arena, MemorySegment bytes) {
    this.file = file;
    this.format = format;
    this.arena = arena;
    this.bytes = bytes;
  }

  /**
   * Opens and checks: the format, every length, and that the stream reaches the end of the guest's
   * memory. Reads the file once, so that the play finds it in memory.
   */
  public static RecordedStream open(Path file) throws ReplayException {
    if (!Files.isRegularFile(file)) {
      throw new ReplayException(file + (Files.exists(file) ? " is no file" : " does not exist"));
    }
    Arena arena = Arena.ofShared();
    RecordedStream stream = null;
    try {
      stream = map(file, arena);
      stream.checkWhole();
      return stream;
    } catch (IOException e) {
      stream = null;
      throw new ReplayException(file + " cannot be read: " + e.getMessage(), e);
    } catch (ReplayException e) {
      stream = null;
      throw new ReplayException(file + " " + e.getMessage(), e);
    } finally {
      if (stream == null) {
        arena.close();
      }
    }
  }

  private static RecordedStream map(Path file, Arena arena) throws IOException, ReplayException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long fileBytes = channel.size();
      MemorySegment whole = channel.map(MapMode.READ_ONLY, 0, fileBytes, arena);
      ByteBuffer head = whole.asSlice(0, Math.min(SaveHeader.BYTES, fileBytes)).asByteBuffer();
      boolean isSave = SaveHeader.isSave(head);
      long offset = isSave ? SaveHeader.read(head, fileBytes).streamOffset() : 0;
      checkMagic(whole, offset);
      Format format = isSave ? Format.LIBVIRT_SAVE : Format.QEMU_STREAM;
      return new RecordedStream(file, format, arena, whole.asSlice(offset));
    }
  }

  private static void checkMagic(MemorySegment whole, long offset) throws ReplayException {
    if (whole.byteSize() - offset < Integer.BYTES) {
      throw new ReplayException("ends before QEMU's stream begins, at byte " + offset);
    }
    int magic = whole.asSlice(offset).asByteBuffer().getInt(0);
    if (magic == MULTIFD_MAGIC) {
      throw new ReplayException(
          "is one channel of a parallel migration; record the guest without --parallel");
    }
    if (magic != QEMU_MAGIC) {
      throw new ReplayException(
          "has 0x%08x at byte %d; expected \"QEVM\" (a migration stream)%s"
              .formatted(magic, offset, offset == 0 ? " or \"LibvirtQemudSave\"" : ""));
    }
  }

  /**
   * Writes the content of all pages that the stream carries, one after the other: what another
   * compressor needs to be compared with.
   *
   * @return so many pages of {@link PageSize#BYTES}
   */
  public long writePages(Path to) throws ReplayException {
    try {
      if (Files.exists(to) && Files.isSameFile(file, to)) {
        throw new ReplayException(to + " is the recording itself");
      }
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(to), WRITE_BYTES)) {
        PageWriter writer = new PageWriter(this, out);
        parse(writer);
        return writer.finish();
      }
    } catch (IOException e) {
      throw new ReplayException(to + " cannot be written: " + e.getMessage(), e);
    }
  }

  private MigrationStreamParser parse(PageSink sink) {
    MigrationStreamParser parser = new MigrationStreamParser();
    for (long at = 0; at < byteSize(); at += SCAN_BYTES) {
      parser.parse(slice(at, (int) Math.min(SCAN_BYTES, byteSize() - at)), sink);
    }
    return parser;
  }

  /** Keeps the first failure, since a sink must not throw. */
  private static final class PageWriter implements PageSink {
    private final RecordedStream stream;
    private final OutputStream out;
    private final byte[] page = new byte[PageSize.BYTES];
    private @Nullable IOException failure;
    private long pages;

    PageWriter(RecordedStream stream, OutputStream out) {
      this.stream = stream;
      this.out = out;
    }

    @Override
    public void page(long streamOffset, long pageAddress) {
      if (failure != null || stream.byteSize() - streamOffset < PageSize.BYTES) {
        return;
      }
      try {
        stream.slice(streamOffset, PageSize.BYTES).get(page);
        out.write(page);
        pages++;
      } catch (IOException e) {
        failure = e;
      }
    }

    long finish() throws IOException {
      if (failure != null) {
        throw failure;
      }
      return pages;
    }
  }

  /** A stream whose parser gave up is played all the same: that is what a daemon would do. */
  private void checkWhole() throws ReplayException {
    MigrationStreamParser parser = parse((offset, page) -> {});
    if (parser.phase() == StreamPhase.SETUP || parser.phase() == StreamPhase.BULK) {
      throw new ReplayException(
          "ends inside the guest's memory: the recording was cut off after %,d bytes of stream"
              .formatted(byteSize()));
    }
  }

  public Path file() {
    return file;
  }

  public Format format() {
    return format;
  }

  /** Bytes of QEMU's stream, without what libvirt put before it. */
  public long byteSize() {
    return bytes.byteSize();
  }

  /** A read-only view in big-endian order. */
  ByteBuffer slice(long offset, int length) {
    return bytes.asSlice(offset, length).asByteBuffer();
  }

  @Override
  public void close() {
    arena.close();
  }
}
