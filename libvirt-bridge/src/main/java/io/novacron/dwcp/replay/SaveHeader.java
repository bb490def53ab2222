package io.novacron.dwcp.replay;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The header of a file that {@code virsh save} wrote. In the byte order of the host that wrote it:
 *
 * <pre>
 * 16 B magic  "LibvirtQemudSave"; "...Part" while the save is not finished
 *  4 B version      1 or 2 (3 in newer ones, the same as far as this goes)
 *  4 B dataBytes    domain XML, cookie and padding that follow the header
 *  4 B wasRunning
 *  4 B format       0 raw, or how the stream is compressed
 *  4 B cookieOffset
 * 56 B unused
 * </pre>
 *
 * <p>Source: libvirt 11.3 src/qemu/qemu_saveimage.h, _virQEMUSaveHeader. Lengths are checked
 * against the file's before anything is done with them.
 *
 * @param streamOffset where QEMU's stream begins in the file
 */
record SaveHeader(long streamOffset) {
  static final int BYTES = 92;

  private static final int MAGIC_BYTES = 16;
  private static final String COMPLETE = "LibvirtQemudSave";
  private static final String PARTIAL = "LibvirtQemudPart";
  private static final int NEWEST_VERSION = 3;
  private static final int VERSION_OFFSET = 16;
  private static final int DATA_BYTES_OFFSET = 20;
  private static final int FORMAT_OFFSET = 28;

  /** Names of libvirt 11.3 qemu_saveimage.c, by their number. */
  private static final String[] FORMATS = {"raw", "gzip", "bzip2", "xz", "lzop", "zstd", "sparse"};

  static boolean isSave(ByteBuffer head) {
    String magic = magic(head);
    return magic.equals(COMPLETE) || magic.equals(PARTIAL);
  }

  private static String magic(ByteBuffer head) {
    byte[] magic = new byte[Math.min(MAGIC_BYTES, head.remaining())];
    head.get(head.position(), magic);
    return new String(magic, StandardCharsets.ISO_8859_1);
  }

  /**
   * Reads what {@link #isSave} recognised.
   *
   * @param head the first bytes of the file, {@link #BYTES} where it has so many
   */
  static SaveHeader read(ByteBuffer head, long fileBytes) throws ReplayException {
    if (magic(head).equals(PARTIAL)) {
      throw new ReplayException("its save was never finished (" + PARTIAL + ")");
    }
    if (head.remaining() < BYTES) {
      throw new ReplayException(
          "ends inside the header of a save file: %,d of %d bytes"
              .formatted(head.remaining(), BYTES));
    }
    ByteBuffer ordered = head.duplicate().order(order(head));
    long dataBytes = Integer.toUnsignedLong(ordered.getInt(DATA_BYTES_OFFSET));
    checkFormat(ordered.getInt(FORMAT_OFFSET));
    if (dataBytes > fileBytes - BYTES) {
      throw new ReplayException(
          "its header promises %,d bytes of domain description, only %,d follow"
              .formatted(dataBytes, fileBytes - BYTES));
    }
    return new SaveHeader(BYTES + dataBytes);
  }

  private static ByteOrder order(ByteBuffer head) throws ReplayException {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      int version = head.duplicate().order(order).getInt(VERSION_OFFSET);
      if (version >= 1 && version <= NEWEST_VERSION) {
        return order;
      }
    }
    throw new ReplayException(
        "is a save file of a version that is not known here (bytes %08x); known are 1 to %d"
            .formatted(head.duplicate().getInt(VERSION_OFFSET), NEWEST_VERSION));
  }

  private static void checkFormat(int format) throws ReplayException {
    if (format == 0) {
      return;
    }
    String name = format > 0 && format < FORMATS.length ? FORMATS[format] : "number " + format;
    throw new ReplayException(
        "was saved in format "
            + name
            + "; only raw can be played: set save_image_format = \"raw\" in qemu.conf and save"
            + " again");
  }
}
