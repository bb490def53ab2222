package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.ByteRanges;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects the records of one batch digest, see {@link BatchFormat}. Reusable, not for several
 * threads at once.
 */
final class BatchDigest {

  private static final int LITERAL_RECORD_BYTES = 1 + Integer.BYTES;
  private static final int PAGE_RECORD_BYTES = 1 + Sha256.BYTES;

  private static final int[] START = {0};
  private static final byte[] ZERO_PAGE = ofZeroPage();

  private final ByteBuffer records =
      ByteBuffer.allocateDirect(
          (BatchFormat.MAX_PAGES + 1) * LITERAL_RECORD_BYTES
              + BatchFormat.MAX_PAGES * PAGE_RECORD_BYTES
              + Sha256.BYTES);

  private final int[] recordsLength = new int[1];
  private final byte[] visited = new byte[Sha256.BYTES];

  /** Told of a page that is not all zero: where it begins in the batch, and its SHA-256. */
  interface PageVisitor {
    void page(int offset, byte[] digest);
  }

  void clear() {
    records.clear();
  }

  void literal(int lengthBytes) {
    records.put((byte) 0).putInt(lengthBytes);
  }

  void page(byte[] digests, int offset) {
    records.put((byte) 1).put(digests, offset, Sha256.BYTES);
  }

  /** Makes room for the record of a page whose digest {@link #fill} brings before the end. */
  int reserve() {
    int record = records.position();
    records.put((byte) 1).position(record + PAGE_RECORD_BYTES);
    return record;
  }

  void fill(int record, byte[] digests, int offset) {
    records.put(record + 1, digests, offset, Sha256.BYTES);
  }

  void zeroPage() {
    page(ZERO_PAGE, 0);
  }

  void finish(PageKernels kernels, byte[] literalsDigest, byte[] out) {
    records.put(literalsDigest).flip();
    recordsLength[0] = records.limit();
    kernels.sha256(records, new ByteRanges(START, recordsLength, 1), out);
  }

  /** After {@link #finish}: the pages that are not all zero, in order. */
  void forEachPage(PageVisitor visitor) {
    int end = recordsLength[0] - Sha256.BYTES;
    int offset = 0;
    int at = 0;
    while (at < end) {
      if (records.get(at) == 0) {
        offset += records.getInt(at + 1);
        at += LITERAL_RECORD_BYTES;
      } else {
        records.get(at + 1, visited);
        if (!Arrays.equals(visited, ZERO_PAGE)) {
          visitor.page(offset, visited);
        }
        offset += PageSize.BYTES;
        at += PAGE_RECORD_BYTES;
      }
    }
  }

  private static byte[] ofZeroPage() {
    Sha256 sha256 = new Sha256();
    sha256.update(new byte[PageSize.BYTES], 0, PageSize.BYTES);
    byte[] digest = new byte[Sha256.BYTES];
    sha256.finish(digest, 0);
    return digest;
  }
}
