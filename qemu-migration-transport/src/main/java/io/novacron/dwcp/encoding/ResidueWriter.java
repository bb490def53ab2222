package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import java.nio.ByteBuffer;

/**
 * Writes the residue of a referenced batch: tokens, literal bytes, new pages, deltas (BatchFormat).
 */
final class ResidueWriter {

  private final Batch batch;
  private final DeltaWriter deltas;
  private final NewPages newPages;
  private final ByteBuffer out;

  private ResidueWriter(Batch batch, DeltaWriter deltas, NewPages newPages, ByteBuffer out) {
    this.batch = batch;
    this.deltas = deltas;
    this.newPages = newPages;
    this.out = out;
  }

  /**
   * Writes from the position of {@code out} on.
   *
   * @param deltas those of this batch
   * @param newPages those of this batch, chosen
   * @return the token count
   */
  static int write(
      Batch batch, DeltaWriter deltas, NewPages newPages, PageKernels kernels, ByteBuffer out) {
    return new ResidueWriter(batch, deltas, newPages, out).write(kernels);
  }

  private int write(PageKernels kernels) {
    int tokens = putTokens();
    ByteBuffer raw = batch.raw();
    for (int i = 0; i <= batch.pageCount(); i++) {
      copy(raw, batch.gapStart(i), batch.gapBefore(i));
    }
    newPages.copyTo(batch, kernels, out);
    deltas.copyTo(out);
    return tokens;
  }

  private int putTokens() {
    int tokens = 0;
    int page = 0;
    while (page < batch.pageCount()) {
      tokens += putLiteral(batch.gapBefore(page));
      int end = runEnd(page);
      int kind = kind(page);
      BatchFormat.putToken(out, kind, end - page);
      if (isInSlot(kind)) {
        BatchFormat.putVarint(out, slot(page));
      }
      tokens++;
      page = end;
    }
    return tokens + putLiteral(batch.gapBefore(page));
  }

  private int putLiteral(int lengthBytes) {
    if (lengthBytes == 0) {
      return 0;
    }
    int kind = batch.isRelayed() ? BatchFormat.RELAYED : BatchFormat.LITERAL;
    BatchFormat.putToken(out, kind, lengthBytes);
    return 1;
  }

  private int kind(int page) {
    return switch (batch.slots[page]) {
      case Batch.ZERO_PAGE -> BatchFormat.ZERO;
      case Batch.NEW_PAGE -> deltas.isDelta(page) ? BatchFormat.DELTA : newPages.kind(page);
      default -> BatchFormat.REFERENCE;
    };
  }

  private static boolean isInSlot(int kind) {
    return kind == BatchFormat.REFERENCE || kind == BatchFormat.DELTA;
  }

  /** Of a page whose kind names one. */
  private int slot(int page) {
    return batch.slots[page] == Batch.NEW_PAGE ? deltas.baseSlot(page) : batch.slots[page];
  }

  /** End of the pages that one token covers: without a gap, of one kind, slots ascending. */
  private int runEnd(int first) {
    int kind = kind(first);
    int end = first + 1;
    while (end < batch.pageCount()
        && batch.gapBefore(end) == 0
        && kind(end) == kind
        && (!isInSlot(kind) || slot(end) == slot(end - 1) + 1)) {
      end++;
    }
    return end;
  }

  private void copy(ByteBuffer raw, int offset, int lengthBytes) {
    out.put(out.position(), raw, offset, lengthBytes);
    out.position(out.position() + lengthBytes);
  }
}
