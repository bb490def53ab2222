package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the tokens of a batch, in its turn: raw bytes to {@code out}, new versions to the
 * history, records to the batch digest. Used once.
 */
final class Assembly {

  static final ByteBuffer ZERO_PAGE = ByteBuffer.allocateDirect(PageSize.BYTES).asReadOnlyBuffer();

  private final UnpackedResidue residue;
  private final ByteBuffer out;
  private final KeptPages kept;
  private final BatchDigest batchDigest;
  private final PendingDeltas pending;
  private final @Nullable PageAddresses addresses;
  private final boolean isInPlace;
  private int outOffset;
  private int literalOffset;
  private int newPages;
  private int zeroPages;
  private int referencedPages;
  private int deltaPages;
  private int baselinePages;
  private int imagePages;

  /**
   * @param out written from its position on, which does not move
   * @param batchDigest empty
   * @param pending of the same history and batch digest
   * @param addresses told where in {@code out} which version lies; null if nobody wants to know
   * @param isInPlace whether {@code out} is where the only run of literals lies already
   */
  Assembly(
      UnpackedResidue residue,
      ByteBuffer out,
      KeptPages kept,
      BatchDigest batchDigest,
      PendingDeltas pending,
      @Nullable PageAddresses addresses,
      boolean isInPlace) {
    this.residue = residue;
    this.out = out;
    this.kept = kept;
    this.batchDigest = batchDigest;
    this.pending = pending;
    this.addresses = addresses;
    this.isInPlace = isInPlace;
    this.outOffset = out.position();
    this.literalOffset = residue.literalsStart;
  }

  PageCounts run() throws CorruptBatchException {
    pending.begin(residue);
    for (int token = 0; token < residue.tokenCount; token++) {
      int count = residue.counts[token];
      switch (residue.kinds[token]) {
        case BatchFormat.LITERAL -> literal(count);
        case BatchFormat.PAGE -> newPages(count);
        case BatchFormat.ZERO -> zeroPages(count);
        case BatchFormat.REFERENCE -> references(residue.slots[token], count);
        case BatchFormat.DELTA -> deltas(residue.slots[token], count);
        case BatchFormat.RELAYED -> relayed(count);
        default -> throw new IllegalStateException("token " + token + " was not checked");
      }
    }
    pending.finish(residue, out);
    long literalBytes = literalOffset - (long) residue.literalsStart;
    return new PageCounts(
        zeroPages, referencedPages, deltaPages, newPages, literalBytes, baselinePages, imagePages);
  }

  private void literal(int lengthBytes) {
    putLiteral(lengthBytes);
    batchDigest.literal(lengthBytes);
  }

  private void relayed(int lengthBytes) {
    putLiteral(lengthBytes);
    RelayedBlocks.addTo(batchDigest, lengthBytes, residue.pageDigests);
  }

  private void putLiteral(int lengthBytes) {
    if (!isInPlace) {
      out.put(outOffset, residue.bytes, literalOffset, lengthBytes);
    }
    outOffset += lengthBytes;
    literalOffset += lengthBytes;
  }

  private void newPages(int count) {
    for (int i = 0; i < count; i++) {
      int from = residue.pagesStart + newPages * PageSize.BYTES;
      int digestOffset = newPages * Sha256.BYTES;
      out.put(outOffset, residue.bytes, from, PageSize.BYTES);
      int slot = kept.nextSlot();
      resolveIfHeld(slot, 1);
      kept.add(residue.bytes, from, residue.pageDigests, digestOffset);
      if (kept.hasRing()) {
        placed(slot);
      }
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

  private void references(int firstSlot, int count) throws CorruptBatchException {
    int heldPages = Math.clamp((long) kept.files().firstSlot() - firstSlot, 0, count);
    heldReferences(firstSlot, heldPages);
    for (int page = heldPages; page < count; page++) {
      residue.filePages().take(out, outOffset, batchDigest);
      outOffset += PageSize.BYTES;
    }
    if (kept.files().areImages()) {
      imagePages += count - heldPages;
    } else {
      baselinePages += count - heldPages;
    }
  }

  private void heldReferences(int firstSlot, int count) throws CorruptBatchException {
    checkFilled("reference", firstSlot, count);
    resolveIfHeld(firstSlot, count);
    for (int slot = firstSlot; slot < firstSlot + count; slot++) {
      kept.copy(slot, out, outOffset, batchDigest);
      placed(slot);
      outOffset += PageSize.BYTES;
      if (kept.isInBaseline(slot)) {
        baselinePages++;
      } else {
        referencedPages++;
      }
    }
  }

  /** A base may be a delta that came before, in this token too; it is resolved first then. */
  private void deltas(int firstSlot, int count) throws CorruptBatchException {
    if (!kept.hasRing()) {
      throw new CorruptBatchException("a delta in a direction without history");
    }
    for (int i = 0; i < count; i++) {
      checkFilled("delta", firstSlot + i, 1); // a disk's baseline fills none: it gives no bases
      resolveIfHeld(firstSlot + i, 1);
      int slot = kept.nextSlot();
      resolveIfHeld(slot, 1);
      pending.add(firstSlot + i, outOffset);
      placed(slot);
      outOffset += PageSize.BYTES;
    }
    deltaPages += count;
  }

  private void resolveIfHeld(int firstSlot, int count) {
    if (pending.holds(firstSlot, count)) {
      pending.resolve(residue, out);
    }
  }

  /** The page at hand is the version that was put into this slot last. */
  private void placed(int slot) {
    PageAddresses wanted = addresses;
    if (wanted != null) {
      wanted.placed(outOffset, kept.places().placeOf(slot));
    }
  }

  /** 28 bits of slot and at most 64 pages: the sum is an int. */
  private void checkFilled(String kind, int firstSlot, int count) throws CorruptBatchException {
    for (int slot = firstSlot; slot < firstSlot + count; slot++) {
      if (!kept.isFilled(slot)) {
        throw new CorruptBatchException(
            "%s to %d pages from slot %d on, of %d slots filled so far"
                .formatted(kind, count, firstSlot, kept.filledSlots()));
      }
    }
  }
}
