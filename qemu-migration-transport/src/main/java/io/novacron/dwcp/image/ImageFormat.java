package io.novacron.dwcp.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.encoding.ImageIndex;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * How the index of an image lies in its file. Integers are big endian. Version {@value #VERSION};
 * another one is not read.
 *
 * <pre>
 *    0  u64 "DWCPIMGE" | u16 version | 6 bytes 0 | 32 bytes id | u32 blocks | u32 blocks with content
 *       | of the image: u64 size | u64 time of change, ns | u64 inode | u16 length of its path | path
 *       | u32 CRC32C of all before
 * 8192  {@value DiskBaseline#DIGEST_BYTES} bytes for each block, 0 for one of zeroes
 *       0 to 4095 bytes 0
 *       the table of {@link ImageIndex}
 * </pre>
 *
 * <p>The id vouches for the digests; a table that is damaged finds less.
 */
final class ImageFormat {

  static final int VERSION = 1;

  /** Holds the longest path that Linux knows, 4 KiB. */
  static final int HEAD_BYTES = 8192;

  private static final int MOST_PATH_BYTES = 4096;
  private static final long PIECE_BYTES = 4096;
  private static final long MAGIC = 0x44574350494d4745L;
  private static final byte[] ID_PREFIX = "dwcp image 1\0".getBytes(US_ASCII);

  private ImageFormat() {}

  /**
   * What stands in front.
   *
   * @param id see {@link #id}, in hex
   * @param blocks of the image, the last perhaps not counted: one that is not whole
   * @param known those that are not all zero
   */
  record Head(String id, int blocks, int known, ImageFile image) {

    long digestBytes() {
      return (long) blocks * DiskBaseline.DIGEST_BYTES;
    }

    long tableOffset() {
      return Math.ceilDiv(HEAD_BYTES + digestBytes(), PIECE_BYTES) * PIECE_BYTES;
    }

    long tableBytes() {
      return ImageIndex.tableBytes(known);
    }

    long fileBytes() {
      return tableOffset() + tableBytes();
    }
  }

  /** SHA-256 over "dwcp image 1" and a 0, u32 count of blocks, and the digests of all. */
  static byte[] id(MemorySegment digests) {
    try {
      MessageDigest id = MessageDigest.getInstance("SHA-256");
      id.update(ID_PREFIX);
      int blocks = (int) (digests.byteSize() / DiskBaseline.DIGEST_BYTES);
      id.update(ByteBuffer.allocate(Integer.BYTES).putInt(blocks).flip());
      id.update(digests.asByteBuffer());
      return id.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static ByteBuffer head(Head head) throws IOException {
    ImageFile image = head.image();
    byte[] path = image.path().toString().getBytes(UTF_8);
    if (path.length > MOST_PATH_BYTES) {
      throw new IOException("a path of %d B".formatted(path.length));
    }
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES);
    out.putLong(MAGIC).putShort((short) VERSION).position(2 * Long.BYTES);
    out.put(HexFormat.of().parseHex(head.id())).putInt(head.blocks()).putInt(head.known());
    out.putLong(image.sizeBytes()).putLong(image.modifiedNanos()).putLong(image.inode());
    out.putShort((short) path.length).put(path);
    return out.putInt(checksum(out.duplicate().flip())).rewind();
  }

  /**
   * Reads {@link #HEAD_BYTES}.
   *
   * @throws IOException if this is no head that can be used
   */
  static Head readHead(ByteBuffer in) throws IOException {
    if (in.getLong() != MAGIC) {
      throw new IOException("it does not begin as the index of an image");
    }
    int version = in.getShort() & 0xffff;
    if (version != VERSION) {
      throw new IOException("it has format version %d, expected %d".formatted(version, VERSION));
    }
    in.position(2 * Long.BYTES);
    byte[] id = new byte[32];
    in.get(id);
    int blocks = in.getInt();
    int known = in.getInt();
    long size = in.getLong();
    long modified = in.getLong();
    long inode = in.getLong();
    int pathBytes = in.getShort() & 0xffff;
    boolean isInRange =
        blocks >= 0 && blocks <= DiskBaseline.MAX_PAGES && known >= 0 && known <= blocks;
    if (!isInRange || pathBytes > MOST_PATH_BYTES) {
      throw new IOException("it has %d of %d blocks".formatted(known, blocks));
    }
    byte[] path = new byte[pathBytes];
    in.get(path);
    if (in.getInt() != checksum(in.duplicate().limit(in.position() - Integer.BYTES).rewind())) {
      throw new IOException("its head is damaged");
    }
    try {
      ImageFile image = new ImageFile(Path.of(new String(path, UTF_8)), size, modified, inode);
      return new Head(HexFormat.of().formatHex(id), blocks, known, image);
    } catch (InvalidPathException e) {
      throw new IOException("its image has an impossible path", e);
    }
  }

  /** From position to limit. */
  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
