package io.novacron.dwcp.encoding;

import java.nio.ByteBuffer;

/** What one worker needs while it digests or encodes a batch; kept between batches. */
final class EncodeScratch {

  static final FreeList<EncodeScratch> FREE = new FreeList<>(EncodeScratch::new);

  final Sha256 sha256 = new Sha256();
  final BatchDigest batchDigest = new BatchDigest();
  final byte[] literalsDigest = new byte[Sha256.BYTES];
  final DeltaWriter deltas = new DeltaWriter();
  final ByteBuffer residue = ByteBuffer.allocateDirect(BatchFormat.MAX_RESIDUE_BYTES);
}
