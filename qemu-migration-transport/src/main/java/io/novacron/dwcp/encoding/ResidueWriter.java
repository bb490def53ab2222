package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;

/** Writes the residue of a referenced batch: tokens, literal bytes, new pages (BatchFormat). */
final class ResidueWriter {

  private ResidueWriter() {}

  /** Writes from the position of {@code out} on and returns the token count. */
  static int write(Batch batch, ByteBuffer out) {
    int tokens = putTokens(batch, out);
    ByteBuffer raw = batch.raw();
    for (int i = 0; i <= batch.pageCount(); i++) {
      copy(raw, batch.gapStart(i), batch.gapBefore(i), out);
    }
    for (int i = 0; i < batch.pageCount(); i++) {
      if (batch.slots[i] == Batch.NEW_PAGE) {
        copy(raw, batch.pageOffsets[i], PageSize.BYTES, out);
      }
    }
    return tokens;
  }

  private static int putTokens(Batch batch, ByteBuffer out) {
    int tokens = 0;
    int page = 0;
    while (page < batch.pageCount()) {
      tokens += putLiteral(batch.gapBefore(page), out);
      int end = runEnd(batch, page);
      putRun(batch.slots[page], end - page, out);
      tokens++;
      page = end;
    }
    return tokens + putLiteral(batch.gapBefore(page), out);
  }

  private static int putLiteral(int lengthBytes, ByteBuffer out) {
    if (lengthBytes == 0) {
      return 0;
    }
    BatchFormat.putToken(out, BatchFormat.LITERAL, lengthBytes);
    return 1;
  }

  private static void putRun(int slot, int pages, ByteBuffer out) {
    if (slot == Batch.NEW_PAGE) {
      BatchFormat.putToken(out, BatchFormat.PAGE, pages);
    } else if (slot == Batch.ZERO_PAGE) {
      BatchFormat.putToken(out, BatchFormat.ZERO, pages);
    } else {
      BatchFormat.putToken(out, BatchFormat.REFERENCE, pages);
      BatchFormat.putVarint(out, slot);
    }
  }

  /** End of the pages that one token covers: without a gap, of one kind, slots ascending. */
  private static int runEnd(Batch batch, int first) {
    int end = first + 1;
    while (end < batch.pageCount()
        && batch.gapBefore(end) == 0
        && continues(batch.slots[end - 1], batch.slots[end])) {
      end++;
    }
    return end;
  }

  private static boolean continues(int slotBefore, int slot) {
    return slot < 0 ? slot == slotBefore : slotBefore >= 0 && slot == slotBefore + 1;
  }

  private static void copy(ByteBuffer raw, int offset, int lengthBytes, ByteBuffer out) {
    out.put(out.position(), raw, offset, lengthBytes);
    out.position(out.position() + lengthBytes);
  }
}
