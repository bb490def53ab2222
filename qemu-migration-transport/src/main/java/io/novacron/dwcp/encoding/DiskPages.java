package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The pages of a disk's baseline that the references of one batch name, in the order of its tokens:
 * read from the disk and checked by a worker, before the batch has its turn. One thread at a time.
 */
final class DiskPages {

  private final ByteBuffer bytes = ByteBuffer.allocateDirect(BatchFormat.RAW_BYTES);
  private final byte[] digests = new byte[BatchFormat.MAX_PAGES * Sha256.BYTES];
  private final int[] offsets = new int[BatchFormat.MAX_PAGES];
  private int count;
  private int taken;

  DiskPages() {
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = i * PageSize.BYTES;
    }
  }

  /**
   * @param historyPages slots from there on are the baseline's
   * @throws CorruptBatchException if a page is not what both ends agreed on
   */
  void read(UnpackedResidue residue, DiskBaseline disk, int historyPages, PageKernels kernels)
      throws CorruptBatchException {
    count = 0;
    taken = 0;
    for (int token = 0; token < residue.tokenCount; token++) {
      if (residue.kinds[token] == BatchFormat.REFERENCE) {
        long end = (long) residue.slots[token] + residue.counts[token];
        int first = Math.max(residue.slots[token], historyPages);
        if (end > first) {
          readRun(disk, first - historyPages, (int) (end - first), kernels);
        }
      }
    }
  }

  private void readRun(DiskBaseline disk, int first, int pages, PageKernels kernels)
      throws CorruptBatchException {
    for (int page = first; page < first + pages; page++) {
      if (!disk.holds(page)) {
        throw new CorruptBatchException(
            "a reference to page %d of a disk's baseline, which is not there".formatted(page));
      }
    }
    ByteBuffer run = bytes.duplicate();
    run.position(count * PageSize.BYTES).limit((count + pages) * PageSize.BYTES);
    try {
      disk.read(first, run.slice());
    } catch (IOException e) {
      throw new CorruptBatchException(
          "page %d of the disk's baseline cannot be read: %s".formatted(first, e.getMessage()));
    }
    count += pages;
    check(disk, first, pages, run.position((count - pages) * PageSize.BYTES), kernels);
  }

  private void check(DiskBaseline disk, int first, int pages, ByteBuffer run, PageKernels kernels)
      throws CorruptBatchException {
    byte[] seen = new byte[pages * Sha256.BYTES];
    kernels.digestPages(run, new PageSpans(offsets, pages, PageSize.BYTES), seen);
    for (int i = 0; i < pages; i++) {
      if (!disk.isContent(first + i, seen, i * Sha256.BYTES)) {
        throw new CorruptBatchException(
            "page %d of the disk's baseline is not as it was kept".formatted(first + i));
      }
    }
    System.arraycopy(seen, 0, digests, (count - pages) * Sha256.BYTES, seen.length);
  }

  /** Copies the next page to {@code out} and gives its digest to {@code record}. */
  void take(ByteBuffer out, int outOffset, BatchDigest record) throws CorruptBatchException {
    if (taken == count) {
      throw new CorruptBatchException("a reference to a disk's baseline that was not agreed on");
    }
    out.put(outOffset, bytes, taken * PageSize.BYTES, PageSize.BYTES);
    record.page(digests, taken * Sha256.BYTES);
    taken++;
  }
}
