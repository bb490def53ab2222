package io.novacron.dwcp.baseline;

import io.novacron.dwcp.baseline.DiskBaselineFormat.Head;
import io.novacron.dwcp.encoding.DiskBaseline;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The file of a disk's baseline, open for reading. It outlives its replacement. */
record HeldDisk(FileChannel file) implements DiskBaseline.Content {

  /** 1 MiB of digests at a time: the disk is 256 MiB further. */
  private static final long STEP_BYTES = 1 << 20;

  /**
   * Checks everything but the content of the pages: who uses a page checks that.
   *
   * @throws BaselineDamagedException if it never can be used
   */
  static DiskBaseline open(Path path, UUID guest) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    HeldDisk held = new HeldDisk(file);
    boolean isUsable = false;
    try {
      Head head = DiskBaselineFormat.readHead(held.fully(0, DiskBaselineFormat.HEAD_BYTES));
      check(head, path, guest);
      MemorySegment digests =
          file.map(
              MapMode.READ_ONLY,
              DiskBaselineFormat.HEAD_BYTES,
              (long) head.pages() * DiskBaseline.DIGEST_BYTES,
              Arena.ofAuto());
      byte[] id = id(guest, digests);
      if (!HexFormat.of().formatHex(id).equals(head.id())) {
        throw new BaselineDamagedException("its digests are not those of its id");
      }
      isUsable = true;
      return new DiskBaseline(digests, id, head.missing(), held);
    } finally {
      if (!isUsable) {
        held.close();
      }
    }
  }

  private static void check(Head head, Path path, UUID guest) throws IOException {
    if (!head.guest().equals(guest)) {
      throw new BaselineDamagedException("it is of guest " + head.guest());
    }
    FileTime changed = Files.getLastModifiedTime(path);
    if (changed.to(TimeUnit.SECONDS) != head.changedSeconds()
        || !changed.equals(FileTime.from(head.changedSeconds(), TimeUnit.SECONDS))) {
      throw new BaselineDamagedException("it was changed at " + changed);
    }
  }

  static byte[] id(UUID guest, MemorySegment digests) {
    int pages = (int) (digests.byteSize() / DiskBaseline.DIGEST_BYTES);
    MessageDigest id = DiskBaselineFormat.id(guest, pages);
    for (long at = 0; at < digests.byteSize(); at += STEP_BYTES) {
      long bytes = Math.min(STEP_BYTES, digests.byteSize() - at);
      id.update(digests.asSlice(at, bytes).asByteBuffer());
    }
    return id.digest();
  }

  private ByteBuffer fully(long offset, int bytes) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(bytes);
    readAt(offset, in);
    return in.flip();
  }

  @Override
  public void read(int firstPage, ByteBuffer into) throws IOException {
    readAt(DiskBaselineFormat.contentOffset(firstPage), into);
  }

  private void readAt(long offset, ByteBuffer into) throws IOException {
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
