package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The deltas of a batch that were met and not yet resolved, so that one call of the kernels serves
 * many. Each has its slot and its place among the digest records already. Whoever is about to read
 * or write a slot that {@link #holds} one must {@link #resolve} before.
 *
 * <p>Reusable; one thread at a time.
 */
final class PendingDeltas {

  private final PageKernels kernels;
  private final KeptPages kept;
  private final BatchDigest batchDigest;

  private static final FreeList<ByteBuffer> FREE =
      new FreeList<>(() -> ByteBuffer.allocateDirect(BatchFormat.RAW_BYTES));

  /**
   * The older versions, one behind the other, and then what they became; null until the batch has a
   * delta.
   */
  private @Nullable ByteBuffer pages;

  private final int[] pageOffsets = new int[BatchFormat.MAX_PAGES];
  private final int[] slots = new int[BatchFormat.MAX_PAGES];
  private final int[] outOffsets = new int[BatchFormat.MAX_PAGES];
  private final int[] records = new int[BatchFormat.MAX_PAGES];
  private final byte[] digests = new byte[BatchFormat.MAX_PAGES * Sha256.BYTES];
  private int count;

  /** Of the batch: how many deltas were resolved, and where the next one's parts begin. */
  private int resolved;

  private int runsOffset;
  private int changesOffset;

  PendingDeltas(PageKernels kernels, KeptPages kept, BatchDigest batchDigest) {
    this.kernels = kernels;
    this.kept = kept;
    this.batchDigest = batchDigest;
    for (int page = 0; page < BatchFormat.MAX_PAGES; page++) {
      pageOffsets[page] = page * PageSize.BYTES;
    }
  }

  /** Before the first delta of a batch. */
  void begin(UnpackedResidue residue) {
    count = 0;
    resolved = 0;
    runsOffset = residue.runsStart;
    changesOffset = residue.changesStart;
  }

  /** Whether one of them will be the page in one of these slots. */
  boolean holds(int firstSlot, int slotCount) {
    for (int i = 0; i < count; i++) {
      if (slots[i] >= firstSlot && slots[i] < firstSlot + slotCount) {
        return true;
      }
    }
    return false;
  }

  /** The next delta, against a filled slot; the page goes to {@code outOffset}. */
  void add(int baseSlot, int outOffset) {
    kept.copy(baseSlot, pages(), pageOffsets[count]);
    slots[count] = kept.reserve();
    outOffsets[count] = outOffset;
    records[count] = batchDigest.reserve();
    count++;
  }

  /** Writes all of them to {@code out}, to their slots and to their digest records. */
  void resolve(UnpackedResidue residue, ByteBuffer out) {
    if (count == 0) {
      return;
    }
    ByteBuffer pages = pages();
    ByteBuffer runs = residue.bytes.duplicate().position(runsOffset);
    ByteBuffer changes = residue.bytes.duplicate().position(changesOffset);
    kernels.applyDeltas(pages, count, runs, changes);
    kernels.digestPages(pages, new PageSpans(pageOffsets, count, PageSize.BYTES), digests);
    for (int i = 0; i < count; i++) {
      int digestOffset = i * Sha256.BYTES;
      kept.put(slots[i], pages, pageOffsets[i], digests, digestOffset);
      batchDigest.fill(records[i], digests, digestOffset);
      out.put(outOffsets[i], pages, pageOffsets[i], PageSize.BYTES);
      runsOffset += residue.deltaRunsBytes[resolved];
      changesOffset += residue.deltaChangesBytes[resolved];
      resolved++;
    }
    count = 0;
  }

  /** After the last token of the batch: {@link #resolve}, and memory goes back. */
  void finish(UnpackedResidue residue, ByteBuffer out) {
    resolve(residue, out);
    if (pages != null) {
      FREE.give(pages);
      pages = null;
    }
  }

  private ByteBuffer pages() {
    ByteBuffer held = pages == null ? FREE.take() : pages;
    pages = held;
    return held;
  }
}
