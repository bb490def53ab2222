package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Turns the DATA payloads of one direction of a channel back into its bytes, in two steps a
 * payload:
 *
 * <pre>
 * unpack    any worker, payloads in parallel   checks, decodes, SHA-256 of what travelled
 * assemble  one thread, in stream order        resolves references, checks the batch digest
 * </pre>
 *
 * <p>After a {@link CorruptBatchException} from {@code assemble} every later one throws too: the
 * ring may hold what the source never sent.
 */
public final class DestinationDecoder implements AutoCloseable {

  private static final ByteBuffer ZERO_PAGE =
      ByteBuffer.allocateDirect(PageSize.BYTES).asReadOnlyBuffer();

  private final KeptPages kept;
  private final ChainDigest chain = new ChainDigest();
  private final BatchDigest batchDigest = new BatchDigest();
  private final Sha256 sha256 = new Sha256();
  private final byte[] seenDigest = new byte[Sha256.BYTES];
  private volatile PageCounts pageCounts = PageCounts.NONE;
  private boolean corrupt;

  /**
   * @param historyPages slots of the history ring, the same as at the source; 0 for none
   */
  public DestinationDecoder(int historyPages) {
    this.kept = new KeptPages(historyPages);
  }

  /**
   * Step 1. Takes no memory that the payload asks for: every number is checked first, and the
   * memory it is decoded into has a fixed size.
   *
   * @param payload direct, one payload from position to limit; untouched, and free for reuse after
   */
  public UnpackedBatch unpack(ByteBuffer payload) throws CorruptBatchException {
    return UnpackedBatch.of(payload);
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
    PageCounts counts = new Assembly(residue, out).run();
    batchDigest.finish(sha256, residue.literalsDigest, seenDigest);
    if (!Arrays.equals(seenDigest, residue.claimedDigest)) {
      throw new CorruptBatchException(
          "the digest of %d B at offset %d is not that of their source"
              .formatted(residue.rawBytes, chain.rawBytes()));
    }
    corrupt = false;
    chain.add(seenDigest, residue.rawBytes);
    pageCounts = pageCounts.plus(counts);
    out.position(out.position() + residue.rawBytes);
  }

  /** One pass over the tokens of a batch: raw bytes to {@code out}, records to the batch digest. */
  private final class Assembly {
    private final UnpackedResidue residue;
    private final ByteBuffer out;
    private int outOffset;
    private int literalOffset;
    private int newPages;
    private int zeroPages;
    private int referencedPages;

    Assembly(UnpackedResidue residue, ByteBuffer out) {
      this.residue = residue;
      this.out = out;
      this.outOffset = out.position();
      this.literalOffset = residue.literalsStart;
    }

    PageCounts run() throws CorruptBatchException {
      batchDigest.clear();
      for (int token = 0; token < residue.tokenCount; token++) {
        int count = residue.counts[token];
        switch (residue.kinds[token]) {
          case BatchFormat.LITERAL -> literal(count);
          case BatchFormat.PAGE -> newPages(count);
          case BatchFormat.ZERO -> zeroPages(count);
          case BatchFormat.REFERENCE -> references(residue.slots[token], count);
          default -> throw new IllegalStateException("a kind has two bits");
        }
      }
      long literalBytes = literalOffset - (long) residue.literalsStart;
      return new PageCounts(zeroPages, referencedPages, newPages, literalBytes);
    }

    private void literal(int lengthBytes) {
      out.put(outOffset, residue.bytes, literalOffset, lengthBytes);
      batchDigest.literal(lengthBytes);
      outOffset += lengthBytes;
      literalOffset += lengthBytes;
    }

    private void newPages(int count) {
      for (int i = 0; i < count; i++) {
        int from = residue.pagesStart + newPages * PageSize.BYTES;
        int digestOffset = newPages * Sha256.BYTES;
        out.put(outOffset, residue.bytes, from, PageSize.BYTES);
        kept.add(residue.bytes, from, residue.pageDigests, digestOffset);
        batchDigest.page(residue.pageDigests, digestOffset);
        outOffset += PageSize.BYTES;
        newPages++;
      }
    }

    private void zeroPages(int count) {
      for (int i = 0; i < count; i++) {
        out.put(outOffset, ZERO_PAGE, 0, PageSize.BYTES);
        batchDigest.zeroPage();
        outOffset += PageSize.BYTES;
      }
      zeroPages += count;
    }

    /** 28 bits of slot and at most 64 pages: the sum is an int. */
    private void references(int firstSlot, int count) throws CorruptBatchException {
      if (firstSlot + count > kept.filledSlots()) {
        throw new CorruptBatchException(
            "reference to %d pages from slot %d on, of %d slots filled so far"
                .formatted(count, firstSlot, kept.filledSlots()));
      }
      for (int i = 0; i < count; i++) {
        kept.copy(firstSlot + i, out, outOffset, batchDigest);
        outOffset += PageSize.BYTES;
      }
      referencedPages += count;
    }
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

  /** Frees the history, when no {@link #assemble} can run any more. A second call does nothing. */
  @Override
  public void close() {
    kept.close();
  }
}
