package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;

/**
 * Collects the records of one batch digest, see {@link BatchFormat}. Reusable, not for several
 * threads at once.
 */
final class BatchDigest {

  private static final int LITERAL_RECORD_BYTES = 1 + Integer.BYTES;
  private static final int PAGE_RECORD_BYTES = 1 + Sha256.BYTES;

  private static final byte[] ZERO_PAGE = ofZeroPage();

  private final ByteBuffer records =
      ByteBuffer.allocate(
          (BatchFormat.MAX_PAGES + 1) * LITERAL_RECORD_BYTES
              + BatchFormat.MAX_PAGES * PAGE_RECORD_BYTES
              + Sha256.BYTES);

  void clear() {
    records.clear();
  }

  void literal(int lengthBytes) {
    records.put((byte) 0).putInt(lengthBytes);
  }

  void page(byte[] digests, int offset) {
    records.put((byte) 1).put(digests, offset, Sha256.BYTES);
  }

  void zeroPage() {
    page(ZERO_PAGE, 0);
  }

  void finish(Sha256 sha256, byte[] literalsDigest, byte[] out) {
    records.put(literalsDigest);
    sha256.update(records.array(), 0, records.position());
    sha256.finish(out, 0);
  }

  private static byte[] ofZeroPage() {
    Sha256 sha256 = new Sha256();
    sha256.update(new byte[PageSize.BYTES], 0, PageSize.BYTES);
    byte[] digest = new byte[Sha256.BYTES];
    sha256.finish(digest, 0);
    return digest;
  }
}
