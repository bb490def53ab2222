package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;

/**
 * The pages of one batch as either end knows them: those whose address its parser saw and that are
 * not all zero, in stream order. Reused for the next batch; one thread at a time.
 */
public final class TravelledPages {

  /** Told of the pages of each batch that was sent or that held. Must not throw. */
  @FunctionalInterface
  public interface Recorder {
    /** {@code pages} is valid during the call. */
    void travelled(TravelledPages pages);
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final long[] addresses = new long[BatchFormat.MAX_PAGES];
  private final int[] offsets = new int[BatchFormat.MAX_PAGES];
  private final byte[] digests = new byte[BatchFormat.MAX_PAGES * Sha256.BYTES];
  private ByteBuffer raw = NOTHING;
  private int count;

  public int count() {
    return count;
  }

  /** See {@link io.novacron.dwcp.page.PageSink}. */
  public long address(int page) {
    return addresses[page];
  }

  /** Appends the first {@code bytes} of its SHA-256. */
  public void copyDigest(int page, ByteBuffer out, int bytes) {
    out.put(digests, page * Sha256.BYTES, bytes);
  }

  /** Appends its 4096 bytes. */
  public void copyContent(int page, ByteBuffer out) {
    out.put(out.position(), raw, offsets[page], PageSize.BYTES);
    out.position(out.position() + PageSize.BYTES);
  }

  void clear(ByteBuffer rawBytes) {
    raw = rawBytes;
    count = 0;
  }

  void add(long address, int rawOffset, byte[] digest, int digestOffset) {
    addresses[count] = address;
    offsets[count] = rawOffset;
    System.arraycopy(digest, digestOffset, digests, count * Sha256.BYTES, Sha256.BYTES);
    count++;
  }
}
