package io.novacron.dwcp.replay;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Migration streams and save files as far as a reader looks (QEMU docs/devel/migration). */
public final class Recordings {
  static final int PAGE_BYTES = 4096;

  private static final int DEVICE_BYTES = 3000;

  /** Two ends of section, one of them with its section's header, and devices. */
  static final int BEHIND_PAGES_BYTES = 2 * (8 + 5) + 5 + DEVICE_BYTES;

  private Recordings() {}

  /** One RAM block with so many pages, each sent once: noise, repeated content, text. */
  public static byte[] stream(long seed, int pages) {
    return stream(seed, pages, true);
  }

  /** The same without the end of RAM and what follows it. */
  static byte[] cutOff(long seed, int pages) {
    return stream(seed, pages, false);
  }

  private static byte[] stream(long seed, int pages, boolean isWhole) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      setup(out, (long) pages * PAGE_BYTES);
      out.writeByte(2); // PART
      out.writeInt(2);
      Random random = new Random(seed);
      for (int page = 0; page < pages; page++) {
        out.writeLong((long) page * PAGE_BYTES | 0x08 | (page == 0 ? 0 : 0x20));
        if (page == 0) {
          text(out, "pc.ram");
        }
        out.write(page(random));
      }
      if (isWhole) {
        endOfSection(out);
        out.writeByte(3); // END
        out.writeInt(2);
        endOfSection(out);
        out.write(new byte[DEVICE_BYTES]); // devices
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void setup(DataOutputStream out, long ramBytes) throws IOException {
    out.writeInt(0x5145564d);
    out.writeInt(3);
    out.writeByte(1); // START
    out.writeInt(2);
    text(out, "ram");
    out.writeInt(0);
    out.writeInt(4);
    out.writeLong(ramBytes | 0x04);
    text(out, "pc.ram");
    out.writeLong(ramBytes);
    endOfSection(out);
  }

  private static void endOfSection(DataOutputStream out) throws IOException {
    out.writeLong(0x10);
    out.writeByte(0x7e);
    out.writeInt(2);
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    out.writeByte(text.length());
    out.writeBytes(text);
  }

  private static byte[] page(Random random) {
    byte[] page = new byte[PAGE_BYTES];
    switch (random.nextInt(3)) {
      case 0 -> random.nextBytes(page);
      case 1 -> new Random(random.nextInt(10)).nextBytes(page); // one of ten contents
      default -> {
        for (int i = 0; i < page.length; i++) {
          page[i] = (byte) ('a' + random.nextInt(1 + i % 5));
        }
      }
    }
    return page;
  }

  /** What a save file says of itself. */
  record Header(String magic, int version, int dataBytes, int format, ByteOrder order) {
    static Header of(int dataBytes) {
      return new Header("LibvirtQemudSave", 2, dataBytes, 0, ByteOrder.LITTLE_ENDIAN);
    }

    Header withMagic(String other) {
      return new Header(other, version, dataBytes, format, order);
    }

    Header withVersion(int other) {
      return new Header(magic, other, dataBytes, format, order);
    }

    Header withFormat(int other) {
      return new Header(magic, version, dataBytes, other, order);
    }

    Header withOrder(ByteOrder other) {
      return new Header(magic, version, dataBytes, format, other);
    }
  }

  static final byte[] DOMAIN = "<domain/>".getBytes(StandardCharsets.US_ASCII);

  /** A save file with {@link #DOMAIN} before the stream, whatever the header says of it. */
  static byte[] save(Header header, byte[] stream) {
    ByteBuffer file =
        ByteBuffer.allocate(SaveHeader.BYTES + DOMAIN.length + stream.length).order(header.order());
    file.put(header.magic().getBytes(StandardCharsets.US_ASCII));
    file.putInt(header.version()).putInt(header.dataBytes()).putInt(1).putInt(header.format());
    file.position(SaveHeader.BYTES).put(DOMAIN).put(stream);
    return file.array();
  }
}
