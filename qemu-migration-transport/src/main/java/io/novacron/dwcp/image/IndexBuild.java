package io.novacron.dwcp.image;

import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads an image from front to back and writes its index. Takes 0.3 MiB of memory of its own,
 * whatever the size of the image. Used once, by one thread.
 */
final class IndexBuild {

  /** 256 KiB a step. */
  private static final int STEP_BLOCKS = 64;

  private final PageKernels kernels;
  private final ByteBuffer step = ByteBuffer.allocateDirect(STEP_BLOCKS * PageSize.BYTES);
  private final int[] offsets = new int[STEP_BLOCKS];
  private final byte[] zero = new byte[STEP_BLOCKS];
  private final byte[] stepDigests = new byte[STEP_BLOCKS * PageKernels.DIGEST_BYTES];
  private int known;

  IndexBuild(PageKernels kernels) {
    this.kernels = kernels;
    Arrays.setAll(offsets, i -> i * PageSize.BYTES);
  }

  /**
   * @param index empty, for reading and writing; what is in it after an exception is of no use
   * @throws InterruptedIOException when the thread is interrupted
   * @throws IOException also if the image was changed meanwhile
   */
  ImageFormat.Head write(ImageFile image, FileChannel index) throws IOException {
    int blocks = (int) (image.sizeBytes() / PageSize.BYTES);
    ImageFormat.Head head = new ImageFormat.Head("00".repeat(32), blocks, 0, image);
    try (FileChannel file = image.open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment digests =
          index.map(MapMode.READ_WRITE, ImageFormat.HEAD_BYTES, head.digestBytes(), arena);
      ImageContent content = new ImageContent(file);
      for (int first = 0; first < blocks; first += STEP_BLOCKS) {
        read(content, first, Math.min(STEP_BLOCKS, blocks - first), digests);
      }
      if (!ImageFile.look(image.path()).equals(image)) {
        throw new IOException("it was changed while it was read");
      }
      String id = HexFormat.of().formatHex(ImageFormat.id(digests));
      head = new ImageFormat.Head(id, blocks, known, image);
      enterAll(
          digests, index.map(MapMode.READ_WRITE, head.tableOffset(), head.tableBytes(), arena));
    }
    ByteBuffer front = ImageFormat.head(head);
    while (front.hasRemaining()) {
      index.write(front, front.position());
    }
    return head;
  }

  private void read(ImageContent content, int first, int count, MemorySegment digests)
      throws IOException {
    if (Thread.interrupted()) {
      throw new InterruptedIOException("the daemon is stopping");
    }
    content.read(first, step.clear().limit(count * PageSize.BYTES));
    PageSpans spans = new PageSpans(offsets, count, PageSize.BYTES);
    kernels.digestNonZeroPages(step.flip(), spans, zero, stepDigests);
    for (int i = 0; i < count; i++) {
      if (zero[i] == 0) {
        known++;
        MemorySegment.copy(
            MemorySegment.ofArray(stepDigests),
            (long) i * PageKernels.DIGEST_BYTES,
            digests,
            (long) (first + i) * DiskBaseline.DIGEST_BYTES,
            DiskBaseline.DIGEST_BYTES);
      }
    }
  }

  private static void enterAll(MemorySegment digests, MemorySegment table) {
    int blocks = (int) (digests.byteSize() / DiskBaseline.DIGEST_BYTES);
    for (int block = 0; block < blocks; block++) {
      ImageIndex.enter(table, digests, block);
    }
  }
}
