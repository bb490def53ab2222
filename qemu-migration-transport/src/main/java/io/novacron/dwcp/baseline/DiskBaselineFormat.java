package io.novacron.dwcp.baseline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.novacron.dwcp.encoding.BaselinePages.Range;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * How the baseline of a disk lies in its sparse file, so that pages are written in any order.
 * Integers are big endian. Version {@value #VERSION}; another one is not read.
 *
 * <pre>
 *       0  u64 "DWCPDISK" | u16 version | 6 bytes 0 | 16 bytes guest UUID | 32 bytes id | u32 pages
 *          | u64 stored bytes | u64 time of the last change of the file, in s
 *          | u16 ranges | for each: u32 first page, u32 pages, whose content is missing
 *          | u32 CRC32C of all before
 *    4096  {@value DiskBaseline#DIGEST_BYTES} bytes for each page of the disk, 0 for one that is not known
 *   2 GiB  the pages
 * </pre>
 *
 * <p>The id vouches for the digests, they for the pages.
 */
final class DiskBaselineFormat {

  static final int VERSION = 1;
  static final int HEAD_BYTES = 4096;
  static final int ID_BYTES = 32;

  /** Behind the digests of {@link DiskBaseline#MAX_PAGES}. */
  static final long CONTENT_OFFSET = 2L << 30;

  /** As many as OPENED can name. */
  static final int MAX_MISSING_RANGES = 64;

  private static final long MAGIC = 0x445743504449534bL;
  private static final byte[] ID_DOMAIN = "dwcp disk 1\0".getBytes(US_ASCII);

  private DiskBaselineFormat() {}

  /**
   * What stands in front.
   *
   * @param id see {@link #id}, in hex
   * @param storedBytes of digests and pages
   * @param changedSeconds the file's time of change: another one means that somebody wrote to it
   * @param missing at most {@link #MAX_MISSING_RANGES}
   */
  record Head(
      UUID guest,
      String id,
      int pages,
      long storedBytes,
      long changedSeconds,
      List<Range> missing) {}

  static long digestOffset(int page) {
    return HEAD_BYTES + (long) page * DiskBaseline.DIGEST_BYTES;
  }

  static long contentOffset(int page) {
    return CONTENT_OFFSET + (long) page * PageSize.BYTES;
  }

  /**
   * Begins the id: SHA-256 over this and over the SHA-256 of each 4096 bytes of the digests of all
   * pages, the last of them filled with zeroes, so that kernels do nearly all of it.
   */
  static MessageDigest id(UUID guest, int pages) {
    try {
      MessageDigest id = MessageDigest.getInstance("SHA-256");
      id.update(ID_DOMAIN);
      ByteBuffer rest = ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES);
      rest.putLong(guest.getMostSignificantBits()).putLong(guest.getLeastSignificantBits());
      id.update(rest.putInt(pages).flip());
      return id;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static ByteBuffer head(Head head) {
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES);
    out.putLong(MAGIC).putShort((short) VERSION).position(2 * Long.BYTES);
    out.putLong(head.guest().getMostSignificantBits());
    out.putLong(head.guest().getLeastSignificantBits());
    out.put(HexFormat.of().parseHex(head.id())).putInt(head.pages());
    out.putLong(head.storedBytes()).putLong(head.changedSeconds());
    out.putShort((short) head.missing().size());
    for (Range range : head.missing()) {
      out.putInt(range.first()).putInt(range.pages());
    }
    return out.putInt(checksum(out.duplicate().flip())).rewind();
  }

  /**
   * Reads {@link #HEAD_BYTES}.
   *
   * @throws BaselineDamagedException if this is no head that can be used
   */
  static Head readHead(ByteBuffer in) throws BaselineDamagedException {
    if (in.getLong() != MAGIC) {
      throw new BaselineDamagedException("it does not begin as the baseline of a disk");
    }
    int version = in.getShort() & 0xffff;
    if (version != VERSION) {
      throw new BaselineDamagedException(
          "it has format version %d, expected %d".formatted(version, VERSION));
    }
    in.position(2 * Long.BYTES);
    UUID guest = new UUID(in.getLong(), in.getLong());
    byte[] id = new byte[ID_BYTES];
    in.get(id);
    int pages = in.getInt();
    long storedBytes = in.getLong();
    long changedSeconds = in.getLong();
    int ranges = in.getShort();
    if (pages < 0 || pages > DiskBaseline.MAX_PAGES || ranges < 0 || ranges > MAX_MISSING_RANGES) {
      throw new BaselineDamagedException("it has %d pages, %d ranges".formatted(pages, ranges));
    }
    List<Range> missing = new ArrayList<>();
    for (int i = 0; i < ranges; i++) {
      missing.add(new Range(in.getInt(), in.getInt()));
    }
    if (in.getInt() != checksum(in.duplicate().limit(in.position() - Integer.BYTES).rewind())) {
      throw new BaselineDamagedException("its head is damaged");
    }
    return new Head(
        guest,
        HexFormat.of().formatHex(id),
        pages,
        storedBytes,
        changedSeconds,
        List.copyOf(missing));
  }

  /** From position to limit. */
  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** The same ranges, and what lies between the nearest of them, so that they are few enough. */
  static List<Range> merged(List<Range> ascending) {
    List<Range> merged = new ArrayList<>(ascending);
    int gap = 1;
    while (merged.size() > MAX_MISSING_RANGES) {
      merged = mergedOver(merged, gap);
      gap = Math.max(gap, gap << 1);
    }
    return List.copyOf(merged);
  }

  private static List<Range> mergedOver(List<Range> ascending, int gap) {
    List<Range> merged = new ArrayList<>();
    for (Range next : ascending) {
      Range last = merged.isEmpty() ? null : merged.getLast();
      if (last != null && next.first() - (last.first() + last.pages()) <= gap) {
        int end = next.first() + next.pages();
        merged.set(merged.size() - 1, new Range(last.first(), end - last.first()));
      } else {
        merged.add(next);
      }
    }
    return merged;
  }
}
