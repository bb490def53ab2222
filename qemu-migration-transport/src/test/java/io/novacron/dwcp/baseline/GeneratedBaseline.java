package io.novacron.dwcp.baseline;

import io.novacron.dwcp.encoding.BaselineContent;
import io.novacron.dwcp.encoding.BaselineIndex;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;

/** Pages of all kinds with some addresses each. */
final class GeneratedBaseline implements BaselineContent {
  final byte[][] pages;
  private final BaselineIndex index;

  GeneratedBaseline(Random random, int count) {
    pages = new byte[count][PageSize.BYTES];
    byte[] digests = new byte[count * 32];
    long[] addresses = new long[2 * count];
    int[] addressPages = new int[2 * count];
    for (int page = 0; page < count; page++) {
      if (page % 3 == 0) {
        random.nextBytes(pages[page]);
      } else {
        pages[page][random.nextInt(PageSize.BYTES)] = 1;
        pages[page][random.nextInt(PageSize.BYTES)] = (byte) page;
      }
      System.arraycopy(sha256(pages[page]), 0, digests, page * 32, 32);
    }
    for (int at = 0; at < addresses.length; at++) {
      addresses[at] = at * 4096L;
      addressPages[at] = count == 0 ? 0 : random.nextInt(count);
    }
    index = new BaselineIndex(digests, addresses, addressPages);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public BaselineIndex index() {
    return index;
  }

  @Override
  public void copyPage(int page, ByteBuffer out) {
    out.put(pages[page]);
  }
}
