package io.novacron.dwcp.baseline;

import io.novacron.dwcp.baseline.DiskBaselineFormat.Head;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The file of a disk's baseline, open for reading. It outlives its replacement. */
record HeldDisk(FileChannel file) implements DiskBaseline.Content {

  /** 256 KiB of digests at a time: the disk is 64 MiB further. */
  private static final int STEP_PIECES = 64;

  /**
   * Checks everything but the content of the pages: who uses a page checks that.
   *
   * @throws BaselineDamagedException if it never can be used
   */
  static DiskBaseline open(Path path, UUID guest, PageKernels kernels) throws IOException {
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
      byte[] id = id(guest, digests, kernels);
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

  /** See {@link DiskBaselineFormat#id}. */
  static byte[] id(UUID guest, MemorySegment digests, PageKernels kernels) {
    MessageDigest id =
        DiskBaselineFormat.id(guest, (int) (digests.byteSize() / DiskBaseline.DIGEST_BYTES));
    ByteBuffer step = ByteBuffer.allocateDirect(STEP_PIECES * PageSize.BYTES);
    int[] offsets = new int[STEP_PIECES];
    Arrays.setAll(offsets, i -> i * PageSize.BYTES);
    byte[] pieces = new byte[STEP_PIECES * DiskBaselineFormat.ID_BYTES];
    for (long at = 0; at < digests.byteSize(); at += step.capacity()) {
      long bytes = Math.min(step.capacity(), digests.byteSize() - at);
      step.clear().put(digests.asSlice(at, bytes).asByteBuffer());
      while (step.position() % PageSize.BYTES != 0) {
        step.put((byte) 0);
      }
      int count = step.flip().limit() / PageSize.BYTES;
      kernels.digestPages(step, new PageSpans(offsets, count, PageSize.BYTES), pieces);
      id.update(pieces, 0, count * DiskBaselineFormat.ID_BYTES);
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
