package io.novacron.dwcp.encoding;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;

/**
 * Which pages a baseline has: the SHA-256 of each, and which of them each page of the guest was
 * when it was last sent. Both ends of a migration come to the same index by themselves, and {@link
 * #id} is how they know. Immutable; any thread.
 *
 * <p>44 bytes of heap for a page that has one address, and 8 to 16 more to find it by content.
 */
public final class BaselineIndex {

  /** Of a digest. */
  public static final int DIGEST_BYTES = Sha256.BYTES;

  /** 256 GiB of pages: what one array of digests holds. */
  public static final int MAX_PAGES = 1 << 26;

  private static final byte[] ID_PREFIX = {
    'd', 'w', 'c', 'p', ' ', 'b', 'a', 's', 'e', ' ', '1', 0
  };

  /** A guest that grinds pages into one place of the index costs ratio, not time. */
  private static final int MOST_PROBES = 32;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] digests;
  private final long[] addresses;
  private final int[] addressPages;
  private final int[] byContent;

  /**
   * Keeps the arrays.
   *
   * @param digests 32 bytes a page
   * @param addresses strictly ascending, see {@link io.novacron.dwcp.page.PageSink}
   * @param addressPages for each address the page that it was
   * @throws IllegalArgumentException where these do not fit together
   */
  public BaselineIndex(byte[] digests, long[] addresses, int[] addressPages) {
    this.digests = digests;
    this.addresses = addresses;
    this.addressPages = addressPages;
    check();
    this.byContent = indexed();
  }

  private void check() {
    if (digests.length % DIGEST_BYTES != 0 || pages() > MAX_PAGES) {
      throw new IllegalArgumentException(digests.length + " B of digests");
    }
    if (addresses.length != addressPages.length) {
      throw new IllegalArgumentException(
          addresses.length + " addresses of " + addressPages.length + " pages");
    }
    for (int i = 0; i < addresses.length; i++) {
      boolean isAscending = i == 0 ? addresses[0] >= 0 : addresses[i] > addresses[i - 1];
      if (!isAscending || addressPages[i] < 0 || addressPages[i] >= pages()) {
        throw new IllegalArgumentException(
            "address %d is %x, page %d of %d".formatted(i, addresses[i], addressPages[i], pages()));
      }
    }
  }

  private int[] indexed() {
    int entries = Integer.highestOneBit(Math.max(MOST_PROBES, 2 * pages() - 1)) << 1;
    int[] index = new int[entries];
    for (int page = 0; page < pages(); page++) {
      int first = (int) INT.get(digests, page * DIGEST_BYTES);
      for (int probe = 0; probe < MOST_PROBES; probe++) {
        int entry = (first + probe) & (entries - 1);
        if (index[entry] == 0) {
          index[entry] = page + 1;
          break;
        }
      }
    }
    return index;
  }

  public int pages() {
    return digests.length / DIGEST_BYTES;
  }

  public int addresses() {
    return addresses.length;
  }

  /** Address {@code at}, in ascending order. */
  public long address(int at) {
    return addresses[at];
  }

  /** The page that address {@code at} was. */
  public int addressPage(int at) {
    return addressPages[at];
  }

  /** Appends the digests of all pages. */
  public void copyDigests(ByteBuffer out) {
    out.put(digests);
  }

  /** Names this baseline of the guest: equal on two hosts if they hold the same pages. */
  public byte[] id(UUID guest) {
    ByteBuffer head = ByteBuffer.allocate(ID_PREFIX.length + 2 * Long.BYTES + Integer.BYTES);
    head.put(ID_PREFIX);
    head.putLong(guest.getMostSignificantBits()).putLong(guest.getLeastSignificantBits());
    head.putInt(pages());
    Sha256 sha256 = new Sha256();
    sha256.update(head.array(), 0, head.capacity());
    sha256.update(digests, 0, digests.length);
    byte[] id = new byte[DIGEST_BYTES];
    sha256.finish(id, 0);
    return id;
  }

  /** The page with this digest, or -1. */
  int find(byte[] digest, int offset) {
    int first = (int) INT.get(digest, offset);
    for (int probe = 0; probe < MOST_PROBES; probe++) {
      int page = byContent[(first + probe) & (byContent.length - 1)] - 1;
      if (page < 0 || isDigest(page, digest, offset)) {
        return page;
      }
    }
    return -1;
  }

  boolean isDigest(int page, byte[] digest, int offset) {
    int start = page * DIGEST_BYTES;
    return Arrays.equals(
        digests, start, start + DIGEST_BYTES, digest, offset, offset + DIGEST_BYTES);
  }

  /** The page that the guest's page of this address was, or -1. */
  int pageAt(long address) {
    int at = Arrays.binarySearch(addresses, address);
    return at < 0 ? -1 : addressPages[at];
  }

  void record(int page, BatchDigest records) {
    records.page(digests, page * DIGEST_BYTES);
  }

  void copyDigest(int page, byte[] out, int offset) {
    System.arraycopy(digests, page * DIGEST_BYTES, out, offset, DIGEST_BYTES);
  }
}
