package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Turns the DATA payloads of one direction of a channel back into its bytes, in two steps a
 * payload:
 *
 * <pre>
 * unpack    any worker, payloads in parallel   checks, decodes, SHA-256 of what travelled
 * assemble  one thread, in stream order        resolves references and deltas, checks the digest
 * </pre>
 *
 * <p>After a {@link CorruptBatchException} from {@code assemble} every later one throws too: the
 * ring may hold what the source never sent.
 */
public final class DestinationDecoder implements AutoCloseable {

  private final PageKernels kernels;
  private final KeptPages kept;
  private final ChainDigest chain = new ChainDigest();
  private final BatchDigest batchDigest = new BatchDigest();
  private final PendingDeltas pending;
  private final byte[] seenDigest = new byte[Sha256.BYTES];
  private volatile PageCounts pageCounts = PageCounts.NONE;
  private final AtomicLong residueBytes = new AtomicLong();
  private boolean corrupt;

  /**
   * @param historyPages slots of the history ring, the same as at the source; 0 for none
   */
  public DestinationDecoder(int historyPages, PageKernels kernels) {
    this.kernels = kernels;
    this.kept = new KeptPages(historyPages);
    this.pending = new PendingDeltas(kernels, kept, batchDigest);
  }

  /**
   * Step 1. Takes no memory that the payload asks for: every number is checked first, and the
   * memory it is decoded into has a fixed size.
   *
   * @param payload direct, one payload from position to limit; untouched, and free for reuse after
   */
  public UnpackedBatch unpack(ByteBuffer payload) throws CorruptBatchException {
    return UnpackedBatch.of(payload, kernels);
  }

  /**
   * Step 2. Writes the raw bytes from the position of {@code out} on and moves it behind them. If
   * it throws, the position stays, and what lies behind it must not be used.
   *
   * @param batch stays the caller's to close
   * @param out at least {@link UnpackedBatch#rawBytes()} remaining
   */
  public void assemble(UnpackedBatch batch, ByteBuffer out) throws CorruptBatchException {
    UnpackedResidue residue = batch.residue();
    if (out.remaining() < residue.rawBytes) {
      throw new IllegalArgumentException(
          "room for %d B, the batch has %d B".formatted(out.remaining(), residue.rawBytes));
    }
    if (corrupt) {
      throw new CorruptBatchException("a batch before this one was corrupt");
    }
    corrupt = true;
    batchDigest.clear();
    PageCounts counts = new Assembly(residue, out, kept, batchDigest, pending).run();
    batchDigest.finish(kernels, residue.literalsDigest, seenDigest);
    if (!Arrays.equals(seenDigest, residue.claimedDigest)) {
      throw new CorruptBatchException(
          "the digest of %d B at offset %d is not that of their source"
              .formatted(residue.rawBytes, chain.rawBytes()));
    }
    corrupt = false;
    chain.add(seenDigest, residue.rawBytes);
    pageCounts = pageCounts.plus(counts);
    residueBytes.addAndGet(residue.bytes.limit());
    out.position(out.position() + residue.rawBytes);
  }

  /** After {@link #assemble} of the last batch, on its thread: what END must say. A copy. */
  public byte[] chainDigest() {
    return chain.bytes();
  }

  /** Raw bytes of all batches assembled so far. Any thread. */
  public long rawBytes() {
    return chain.rawBytes();
  }

  /** Of all batches assembled so far. Any thread. */
  public PageCounts pageCounts() {
    return pageCounts;
  }

  /** What the codec was given of all batches assembled so far. Any thread. */
  public long residueBytes() {
    return residueBytes.get();
  }

  /** Frees the history, when no {@link #assemble} can run any more. A second call does nothing. */
  @Override
  public void close() {
    kept.close();
  }
}
