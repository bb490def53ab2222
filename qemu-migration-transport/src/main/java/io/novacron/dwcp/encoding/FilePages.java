package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The pages in files that the references of one batch name, in the order of its tokens: read and
 * checked by a worker, before the batch has its turn. One thread at a time.
 */
final class FilePages {

  private final ByteBuffer bytes = ByteBuffer.allocateDirect(BatchFormat.RAW_BYTES);
  private final byte[] digests = new byte[BatchFormat.MAX_PAGES * Sha256.BYTES];
  private final int[] offsets = new int[BatchFormat.MAX_PAGES];

  /** The slot of each page. */
  private final int[] slots = new int[BatchFormat.MAX_PAGES];

  private int count;
  private int taken;

  FilePages() {
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = i * PageSize.BYTES;
    }
  }

  /**
   * @throws CorruptBatchException if a page is not what both ends agreed on
   */
  void read(UnpackedResidue residue, HeldFiles files, PageKernels kernels)
      throws CorruptBatchException {
    clear();
    for (int token = 0; token < residue.tokenCount; token++) {
      if (residue.kinds[token] == BatchFormat.REFERENCE) {
        int end = residue.slots[token] + residue.counts[token];
        for (int slot = Math.max(residue.slots[token], files.firstSlot()); slot < end; slot++) {
          slots[count++] = slot;
        }
      }
    }
    for (int first = 0; first < count; ) {
      first = readRun(files, first);
    }
    kernels.digestPages(bytes.clear(), new PageSpans(offsets, count, PageSize.BYTES), digests);
    for (int i = 0; i < count; i++) {
      check(files, i);
    }
  }

  /** Nothing was read for the batch at hand. */
  void clear() {
    count = 0;
    taken = 0;
  }

  /** Reads pages that follow each other in one file, in one step; gives the first one behind. */
  private int readRun(HeldFiles files, int first) throws CorruptBatchException {
    DiskBaseline file = files.file(slots[first]);
    int page = files.page(slots[first]);
    int end = first;
    while (end < count
        && slots[end] - slots[first] == end - first
        && page + end - first < file.pages()) {
      if (!file.holds(page + end - first)) {
        throw new CorruptBatchException(
            "a reference to page %d of %s, which is not there"
                .formatted(page + end - first, files.what()));
      }
      end++;
    }
    try {
      bytes.limit(end * PageSize.BYTES).position(first * PageSize.BYTES);
      file.read(page, bytes);
    } catch (IOException e) {
      throw new CorruptBatchException(
          "page %d of %s cannot be read: %s".formatted(page, files.what(), e.getMessage()));
    }
    return end;
  }

  private void check(HeldFiles files, int i) throws CorruptBatchException {
    int page = files.page(slots[i]);
    if (!files.file(slots[i]).isContent(page, digests, i * Sha256.BYTES)) {
      throw new CorruptBatchException(
          "page %d of %s is not as it was kept".formatted(page, files.what()));
    }
  }

  /** Copies the next page to {@code out} and gives its digest to {@code record}. */
  void take(ByteBuffer out, int outOffset, BatchDigest record) throws CorruptBatchException {
    if (taken == count) {
      throw new CorruptBatchException("a reference to files that were not agreed on");
    }
    out.put(outOffset, bytes, taken * PageSize.BYTES, PageSize.BYTES);
    record.page(digests, taken * Sha256.BYTES);
    taken++;
  }
}
