package io.novacron.dwcp.encoding;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a disk looked like when it was copied between two hosts: of each page of it the first {@link
 * #DIGEST_BYTES} bytes of the SHA-256 of the content that travelled last. A page's number is its
 * offset in the disk divided by the page size. The host that the disk left keeps the content too,
 * and reads it when a reference names it.
 *
 * <p>The short digest chooses what is referred to; what is delivered is checked against the whole
 * SHA-256, as all of a batch is. Any thread.
 */
public final class DiskBaseline implements Baseline {

  /** 128 bits: nobody finds another content for a digest that is given. */
  public static final int DIGEST_BYTES = 16;

  /** 256 GiB of disk, and within what a slot number can say beside any history. */
  public static final int MAX_PAGES = 1 << 26;

  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** The pages of the disk as they were. Any thread. */
  public interface Content extends AutoCloseable {
    /** Fills {@code into} with consecutive pages from {@code firstPage} on. */
    void read(int firstPage, ByteBuffer into) throws IOException;

    @Override
    void close();
  }

  private final MemorySegment digests;
  private final byte[] id;
  private final List<BaselinePages.Range> missing;
  private final Content content;
  private final AtomicInteger holders = new AtomicInteger(1);

  /**
   * @param digests {@link #DIGEST_BYTES} a page, zeroes where none is known; valid until {@code
   *     content} is closed
   * @param id kept
   * @param missing pages whose content cannot be read here, in ascending order
   * @param content closed with the last holder
   */
  public DiskBaseline(
      MemorySegment digests, byte[] id, List<BaselinePages.Range> missing, Content content) {
    this.digests = digests;
    this.id = id;
    this.missing = List.copyOf(missing);
    this.content = content;
  }

  @Override
  public byte[] id() {
    return id.clone();
  }

  @Override
  public int pages() {
    return (int) (digests.byteSize() / DIGEST_BYTES);
  }

  @Override
  public List<BaselinePages.Range> missing() {
    return missing;
  }

  /** Whether the content of that page can be read here. */
  boolean holds(int page) {
    if (page < 0 || page >= pages() || !isKnown(page)) {
      return false;
    }
    for (BaselinePages.Range range : missing) {
      if (page >= range.first() && page - range.first() < range.pages()) {
        return false;
      }
    }
    return true;
  }

  private boolean isKnown(int page) {
    long at = (long) page * DIGEST_BYTES;
    return (digests.get(WORD, at) | digests.get(WORD, at + Long.BYTES)) != 0;
  }

  /**
   * @param digest a SHA-256 at {@code offset}
   */
  boolean isContent(int page, byte[] digest, int offset) {
    MemorySegment seen = MemorySegment.ofArray(digest);
    long at = (long) page * DIGEST_BYTES;
    return digests.get(WORD, at) == seen.get(WORD, offset)
        && digests.get(WORD, at + Long.BYTES) == seen.get(WORD, offset + (long) Long.BYTES)
        && isKnown(page);
  }

  /** Fills {@code into} with the content of pages that {@link #holds} says are there. */
  void read(int firstPage, ByteBuffer into) throws IOException {
    content.read(firstPage, into);
  }

  @Override
  public DiskBaseline retain() {
    int seen = holders.get();
    while (seen > 0 && !holders.compareAndSet(seen, seen + 1)) {
      seen = holders.get();
    }
    if (seen == 0) {
      throw new IllegalStateException("the disk's baseline was closed");
    }
    return this;
  }

  @Override
  public void close() {
    if (holders.decrementAndGet() == 0) {
      content.close();
    }
  }
}
