package io.novacron.dwcp.testing;

import io.novacron.dwcp.page.PageSize;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Random;

/**
 * Bytes as QEMU writes them, as far as the parsers look: a main migration stream of one RAM block
 * (QEMU docs/devel/migration), an NBD client with its writes (NBD doc/proto.md), and noise.
 */
public final class SyntheticStreams {
  private static final int CONTENTS = 20;

  private SyntheticStreams() {}

  private interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writer writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writer.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A whole migration whose RAM went over in one round of so many pages, up to its end. */
  public static byte[] migration(Random random, int pages) {
    return bytes(out -> {
      ramUntilLastRound(random, pages, out);
      out.writeByte(3); // section END of RAM: from here on the guest stands still
      out.writeInt(2);
      out.writeLong(0x10);
      footer(out);
      out.write(noise(random, 3000)); // devices
    });
  }

  /** The same up to the point where the guest stands still, and no further. */
  public static byte[] migrationUntilSwitchover(Random random, int pages) {
    return bytes(out -> {
      ramUntilLastRound(random, pages, out);
      out.writeByte(3);
      out.writeInt(2);
      out.writeLong(0x10);
      footer(out);
    });
  }

  private static void ramUntilLastRound(Random random, int pages, DataOutputStream out)
      throws IOException {
    out.writeInt(0x5145564d);
    out.writeInt(3);
    out.writeByte(1);
    out.writeInt(2);
    shortText(out, "ram");
    out.writeInt(0);
    out.writeInt(4);
    long ramBytes = (long) pages * PageSize.BYTES;
    out.writeLong(ramBytes | 0x04);
    shortText(out, "pc.ram");
    out.writeLong(ramBytes);
    out.writeLong(0x10);
    footer(out);
    out.writeByte(2);
    out.writeInt(2);
    byte[][] contents = contents(random);
    for (int page = 0; page < pages; page++) {
      long address = (long) page * PageSize.BYTES;
      out.writeLong(address | 0x08 | (page == 0 ? 0 : 0x20));
      if (page == 0) {
        shortText(out, "pc.ram");
      }
      out.write(content(random, contents));
    }
    out.writeLong(0x10);
    footer(out);
  }

  private static void footer(DataOutputStream out) throws IOException {
    out.writeByte(0x7e);
    out.writeInt(2);
  }

  private static void shortText(DataOutputStream out, String text) throws IOException {
    out.writeByte(text.length());
    out.writeBytes(text);
  }

  /** An NBD client that writes so many blocks of 64 KiB. */
  public static byte[] disk(Random random, int writes) {
    return bytes(out -> {
      out.writeInt(3);
      out.writeLong(0x49484156454f5054L);
      out.writeInt(7); // NBD_OPT_GO
      out.writeInt(10);
      out.writeInt(4);
      out.writeBytes("disk");
      out.writeShort(0);
      byte[][] contents = contents(random);
      for (int i = 0; i < writes; i++) {
        out.writeInt(0x25609513);
        out.writeShort(0);
        out.writeShort(1);
        out.writeLong(i);
        out.writeLong(i * 65536L);
        out.writeInt(65536);
        for (int page = 0; page < 16; page++) {
          out.write(content(random, contents));
        }
      }
    });
  }

  /** Bytes without any form, half of them compressible. */
  public static byte[] noise(Random random, int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    random.nextBytes(bytes);
    Arrays.fill(bytes, 0, lengthBytes / 2, (byte) random.nextInt());
    return bytes;
  }

  private static byte[][] contents(Random random) {
    byte[][] contents = new byte[CONTENTS][PageSize.BYTES];
    for (int i = 1; i < CONTENTS; i++) {
      random.nextBytes(contents[i]);
    }
    return contents;
  }

  /** Zero pages, pages sent before, pages that shrink, pages that don't. */
  private static byte[] content(Random random, byte[][] contents) {
    if (random.nextInt(3) > 0) {
      return contents[Math.max(0, random.nextInt(2 * CONTENTS) - CONTENTS)];
    }
    byte[] fresh = new byte[PageSize.BYTES];
    random.nextBytes(fresh);
    if (random.nextBoolean()) {
      Arrays.fill(fresh, 100, fresh.length, (byte) 7);
    }
    return fresh;
  }
}
