package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A payload that was checked and decoded, waiting for its turn in the stream. Holds 260 KiB until
 * {@link #close()}, which its owner calls once {@link DestinationDecoder#assemble} is done with it
 * or the channel is given up. One thread at a time.
 */
public final class UnpackedBatch implements AutoCloseable {

  private static final FreeList<UnpackedResidue> FREE = new FreeList<>(UnpackedResidue::new);

  private final int rawBytes;
  private @Nullable UnpackedResidue residue;

  private UnpackedBatch(UnpackedResidue residue) {
    this.residue = residue;
    this.rawBytes = residue.rawBytes;
  }

  static UnpackedBatch of(ByteBuffer payload, PageKernels kernels, LaneDecoding lane)
      throws CorruptBatchException {
    UnpackedResidue residue = FREE.take();
    try {
      residue.read(BatchPayload.read(payload, residue.claimedDigest, lane), kernels, lane);
      return new UnpackedBatch(residue);
    } catch (CorruptBatchException | RuntimeException e) {
      FREE.give(residue);
      throw e;
    }
  }

  /** What {@link DestinationDecoder#assemble} will write: 1 to {@link Batch#RAW_BYTES}. */
  public int rawBytes() {
    return rawBytes;
  }

  UnpackedResidue residue() {
    UnpackedResidue held = residue;
    if (held == null) {
      throw new IllegalStateException("the batch was closed before it was assembled");
    }
    return held;
  }

  /** Gives its memory back; a second call does nothing. */
  @Override
  public void close() {
    UnpackedResidue held = residue;
    residue = null;
    if (held != null) {
      FREE.give(held);
    }
  }
}
