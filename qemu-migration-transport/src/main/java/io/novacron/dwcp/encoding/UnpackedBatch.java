package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A payload that was checked and decoded, waiting for its turn in the stream. Holds up to 260 KiB,
 * and needs its payload, until {@link #close()}, which its owner calls once {@link
 * DestinationDecoder#assemble} is done with it or the channel is given up. One thread at a time.
 */
public final class UnpackedBatch implements AutoCloseable {

  private static final FreeList<UnpackedResidue> FREE = new FreeList<>(UnpackedResidue::new);

  private final int rawBytes;
  private final boolean isAsItIs;
  private final boolean namesFiles;
  private @Nullable UnpackedResidue residue;

  private UnpackedBatch(UnpackedResidue residue, boolean isAsItIs, boolean namesFiles) {
    this.residue = residue;
    this.rawBytes = residue.rawBytes;
    this.isAsItIs = isAsItIs;
    this.namesFiles = namesFiles;
  }

  /**
   * @param firstFileSlot references from this slot on name pages in files
   */
  static UnpackedBatch of(
      ByteBuffer payload, PageKernels kernels, LaneDecoding lane, int firstFileSlot)
      throws CorruptBatchException {
    UnpackedResidue residue = FREE.take();
    try {
      BatchPayload read = BatchPayload.read(payload, residue.claimedDigest, lane);
      residue.read(read, kernels, lane);
      boolean isAsItIs = read.isStored() && residue.isOneLiteral();
      return new UnpackedBatch(residue, isAsItIs, residue.refersFrom(firstFileSlot));
    } catch (CorruptBatchException | RuntimeException e) {
      residue.forgetPayload();
      FREE.give(residue);
      throw e;
    }
  }

  /** What {@link DestinationDecoder#assemble} will write: 1 to {@link Batch#RAW_BYTES}. */
  public int rawBytes() {
    return rawBytes;
  }

  /**
   * Whether all raw bytes lie in the payload, one behind the other: then {@link
   * DestinationDecoder#checkInPlace} may do instead of {@link DestinationDecoder#assemble}.
   */
  public boolean isAsItIs() {
    return isAsItIs;
  }

  /** Whether {@link DestinationDecoder#readFiles} must come before it is assembled. */
  public boolean namesFiles() {
    return namesFiles;
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
      held.forgetPayload();
      FREE.give(held);
    }
  }
}
