package io.novacron.dwcp.baseline;

import io.novacron.dwcp.encoding.BaselineIndex;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * How a baseline lies in its file: written from front to back, so its sizes are at the end.
 * Integers are big endian, checksums CRC32C. Version {@value #VERSION}; another one is not read.
 *
 * <pre>
 * head     u64 "DWCPBASE" | u16 version | 6 bytes 0
 * chunks   {@value #CHUNK_PAGES} pages each, the last perhaps fewer: one zstd frame, or the pages as they
 *          are where that is not shorter
 * index    32 bytes SHA-256 for each page
 *          u64 for each address, ascending
 *          u32 for each address: its page
 *          u32 for each chunk: its bytes in the file; as many as its pages have: not compressed
 * trailer  u64 "DWCPBEND" | 16 bytes guest UUID | 32 bytes id | u32 pages | u32 addresses
 *          | u64 offset of the index | u32 checksum of the index | u32 0 | u32 checksum of the trailer
 * </pre>
 *
 * <p>The id is {@link BaselineIndex#id}, so it vouches for the digests, and they for the pages.
 */
final class BaselineFormat {

  static final int VERSION = 1;

  /**
   * 256 KiB: zstd gains little from more, and damage costs no more than this many pages. A slab of
   * {@link io.novacron.dwcp.encoding.BaselinePages} holds whole chunks.
   */
  static final int CHUNK_PAGES = 64;

  static final int CHUNK_BYTES = CHUNK_PAGES * PageSize.BYTES;
  static final int HEAD_BYTES = 16;
  static final int TRAILER_BYTES = 84;

  private static final long HEAD_MAGIC = 0x4457435042415345L;
  private static final long TRAILER_MAGIC = 0x4457435042454e44L;
  private static final int BYTES_PER_ADDRESS = Long.BYTES + Integer.BYTES;

  private BaselineFormat() {}

  /**
   * What the trailer says.
   *
   * @param id {@link BaselineIndex#id} in hex
   */
  record Trailer(
      UUID guest, String id, int pages, int addresses, long indexOffset, int indexChecksum) {

    int chunks() {
      return Math.ceilDiv(pages, CHUNK_PAGES);
    }

    long indexBytes() {
      return (long) pages * BaselineIndex.DIGEST_BYTES
          + (long) addresses * BYTES_PER_ADDRESS
          + (long) chunks() * Integer.BYTES;
    }

    /** Bytes of the pages of one chunk. */
    int chunkPageBytes(int chunk) {
      return Math.min(CHUNK_PAGES, pages - chunk * CHUNK_PAGES) * PageSize.BYTES;
    }
  }

  static ByteBuffer head() {
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    return head.putLong(HEAD_MAGIC).putShort((short) VERSION).rewind();
  }

  static void checkHead(ByteBuffer head) throws BaselineDamagedException {
    if (head.getLong() != HEAD_MAGIC) {
      throw new BaselineDamagedException("it does not begin as a baseline");
    }
    int version = head.getShort() & 0xffff;
    if (version != VERSION) {
      throw new BaselineDamagedException(
          "it has format version %d, expected %d".formatted(version, VERSION));
    }
  }

  static ByteBuffer trailer(Trailer trailer) {
    ByteBuffer out = ByteBuffer.allocate(TRAILER_BYTES);
    out.putLong(TRAILER_MAGIC);
    out.putLong(trailer.guest().getMostSignificantBits());
    out.putLong(trailer.guest().getLeastSignificantBits());
    out.put(HexFormat.of().parseHex(trailer.id()))
        .putInt(trailer.pages())
        .putInt(trailer.addresses());
    out.putLong(trailer.indexOffset()).putInt(trailer.indexChecksum()).putInt(0);
    return out.putInt(checksum(out.duplicate().flip())).flip();
  }

  /**
   * @param in {@link #TRAILER_BYTES}, the last of the file
   * @param fileBytes the parts of the file must add up to it
   */
  static Trailer readTrailer(ByteBuffer in, long fileBytes) throws BaselineDamagedException {
    int seen = checksum(in.duplicate().limit(in.limit() - Integer.BYTES));
    if (in.getLong() != TRAILER_MAGIC || in.getInt(in.limit() - Integer.BYTES) != seen) {
      throw new BaselineDamagedException("its end is damaged or cut off");
    }
    UUID guest = new UUID(in.getLong(), in.getLong());
    byte[] id = new byte[BaselineIndex.DIGEST_BYTES];
    in.get(id);
    Trailer trailer =
        new Trailer(
            guest,
            HexFormat.of().formatHex(id),
            in.getInt(),
            in.getInt(),
            in.getLong(),
            in.getInt());
    boolean isInRange = trailer.pages() >= 0 && trailer.addresses() >= 0;
    if (!isInRange
        || trailer.indexOffset() < HEAD_BYTES
        || trailer.indexOffset() + trailer.indexBytes() + TRAILER_BYTES != fileBytes) {
      throw new BaselineDamagedException(
          "%d pages and %d addresses with the index at %d do not make a file of %d B"
              .formatted(trailer.pages(), trailer.addresses(), trailer.indexOffset(), fileBytes));
    }
    return trailer;
  }

  /** From position to limit, which it leaves alone. */
  static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }
}
