package io.novacron.dwcp.netty;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * The memory stream of a guest that does not exist, as QEMU 10.0 would write it: header, RAM setup,
 * then rounds of pages that are text, numbers, noise or repeated. Addresses come again after {@link
 * #ADDRESSES} pages, so that deltas and references occur as well. One thread.
 */
final class MadeUpGuest {
  private static final int ADDRESSES = 4_096;
  private static final int PAGES_PER_ROUND = 64;

  /** Flags of ram.c (QEMU 10.0) that the stream needs. */
  private static final int RAM_SAVE_FLAG_MEM_SIZE = 0x04;

  private static final int RAM_SAVE_FLAG_PAGE = 0x08;
  private static final int RAM_SAVE_FLAG_EOS = 0x10;
  private static final int RAM_SAVE_FLAG_CONTINUE = 0x20;

  private static final long RAM_BYTES = 1L << 30;
  private static final String BLOCK = "pc.ram";

  private final Random content = new Random(1);
  private final byte[] page = new byte[PageSize.BYTES];

  /** Header and RAM setup of a main stream: hooks of savevm.c and ram.c, QEMU 10.0. */
  ByteBuffer setup() {
    ByteBuffer stream = ByteBuffer.allocate(256).order(ByteOrder.BIG_ENDIAN);
    stream.putInt(0x5145564d).putInt(3);
    stream.put((byte) 1).putInt(2).put((byte) 3).put("ram".getBytes(StandardCharsets.US_ASCII));
    stream.putInt(0).putInt(4).putLong(RAM_BYTES | RAM_SAVE_FLAG_MEM_SIZE);
    name(stream).putLong(RAM_BYTES).putLong(RAM_SAVE_FLAG_EOS);
    return footer(stream).flip();
  }

  private static ByteBuffer name(ByteBuffer stream) {
    byte[] name = BLOCK.getBytes(StandardCharsets.US_ASCII);
    return stream.put((byte) name.length).put(name);
  }

  private static ByteBuffer footer(ByteBuffer stream) {
    return stream.put((byte) 0x7e).putInt(2);
  }

  /** One PART section with 64 pages, 256 KiB. */
  ByteBuffer round(int number) {
    ByteBuffer stream = ByteBuffer.allocate(PAGES_PER_ROUND * (PageSize.BYTES + 9) + 64);
    stream.put((byte) 2).putInt(2);
    for (int i = 0; i < PAGES_PER_ROUND; i++) {
      int address = (number * PAGES_PER_ROUND + i) % ADDRESSES;
      int flags = RAM_SAVE_FLAG_PAGE | (i == 0 ? 0 : RAM_SAVE_FLAG_CONTINUE);
      stream.putLong((long) address * PageSize.BYTES | flags);
      if (i == 0) {
        name(stream);
      }
      fill(address);
      stream.put(page);
    }
    stream.putLong(RAM_SAVE_FLAG_EOS);
    return footer(stream).flip();
  }

  /** By address: noise, text, a page that changes in a few places, a page that many share. */
  private void fill(int address) {
    switch (address % 4) {
      case 0 -> content.nextBytes(page);
      case 1 -> {
        for (int i = 0; i < page.length; i++) {
          page[i] = (byte) ('a' + content.nextInt(1 + i % 7));
        }
      }
      case 2 -> {
        new Random(address).nextBytes(page);
        for (int i = 0; i < 16; i++) {
          page[content.nextInt(page.length)]++;
        }
      }
      default -> Arrays.fill(page, (byte) (address >> 6));
    }
  }
}
