package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.ByteRanges;
import java.nio.ByteBuffer;

/** What one worker needs while it digests or encodes a batch; kept between batches. */
final class EncodeScratch {

  static final FreeList<EncodeScratch> FREE = new FreeList<>(EncodeScratch::new);

  final BatchDigest batchDigest = new BatchDigest();
  final byte[] literalsDigest = new byte[Sha256.BYTES];
  final RelayedBlocks blocks = new RelayedBlocks();
  final DeltaWriter deltas = new DeltaWriter();
  final NewPages newPages = new NewPages();
  final ByteBuffer residue = ByteBuffer.allocateDirect(BatchFormat.MAX_RESIDUE_BYTES);
  private final int[] literalOffsets = new int[BatchFormat.MAX_PAGES + 1];
  private final int[] literalLengths = new int[BatchFormat.MAX_PAGES + 1];

  /** Before, between and behind the pages of a batch; valid until the next batch. */
  ByteRanges literals(Batch batch) {
    for (int i = 0; i <= batch.pageCount(); i++) {
      literalOffsets[i] = batch.gapStart(i);
      literalLengths[i] = batch.gapBefore(i);
    }
    return new ByteRanges(literalOffsets, literalLengths, batch.pageCount() + 1);
  }
}
