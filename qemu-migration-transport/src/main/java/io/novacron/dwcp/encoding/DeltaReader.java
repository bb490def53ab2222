package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Turns base pages into the pages of one batch's deltas (BatchFormat, "Delta"), in stream order.
 */
final class DeltaReader {

  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final ByteBuffer bytes;
  private int runsOffset;
  private int changesOffset;

  /**
   * @param residue checked; only the position of its bytes moves
   */
  DeltaReader(UnpackedResidue residue) {
    this.bytes = residue.bytes;
    this.runsOffset = residue.runsStart;
    this.changesOffset = residue.changesStart;
  }

  /**
   * Reads the runs of so many pages from the position of {@code in} on and moves it behind them.
   *
   * @return how many bytes of changes they stand for
   * @throws CorruptBatchException if a run leaves its page, or the runs leave {@code in}
   */
  static int check(ByteBuffer in, int pages) throws CorruptBatchException {
    int changedBytes = 0;
    for (int page = 0; page < pages; page++) {
      int end = 0;
      int length = BatchFormat.takeVarint(in);
      while (length > 0) {
        int equal = BatchFormat.takeVarint(in);
        // 28 bits each on top of a page at most: the sum is an int.
        end += equal + length;
        if (end > PageSize.BYTES) {
          throw new CorruptBatchException(
              "run of %d B after %d equal ones ends at %d of page %d among the deltas"
                  .formatted(length, equal, end, page));
        }
        changedBytes += length;
        length = BatchFormat.takeVarint(in);
      }
    }
    return changedBytes;
  }

  /** Applies the next delta to the base page that lies at this offset. Positions do not move. */
  void apply(ByteBuffer page, int pageOffset) throws CorruptBatchException {
    bytes.position(runsOffset);
    int at = pageOffset;
    int length = BatchFormat.takeVarint(bytes);
    while (length > 0) {
      at += BatchFormat.takeVarint(bytes);
      xor(page, at, length);
      at += length;
      length = BatchFormat.takeVarint(bytes);
    }
    runsOffset = bytes.position();
  }

  private void xor(ByteBuffer page, int offset, int lengthBytes) {
    int done = 0;
    for (; done <= lengthBytes - Long.BYTES; done += Long.BYTES) {
      long old = (long) WORD.get(page, offset + done);
      WORD.set(page, offset + done, old ^ (long) WORD.get(bytes, changesOffset + done));
    }
    for (; done < lengthBytes; done++) {
      page.put(offset + done, (byte) (page.get(offset + done) ^ bytes.get(changesOffset + done)));
    }
    changesOffset += lengthBytes;
  }
}
