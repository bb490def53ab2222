package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The blocks of an image that a guest's disk is built on: a file that both hosts have, and that
 * nobody changes while guests use it. A block has the size of a page, and its number is its offset
 * in the file divided by that. Both sides know the digest of each block that is not all zero; the
 * destination reads the content from its own file when a reference names it. Any thread.
 */
public final class ImageIndex implements AutoCloseable {

  /** An image that was made to fill one place of the table costs ratio, not time. */
  private static final int MOST_PROBES = 32;

  /** Of an entry of the table: number of the block + 1, or 0 for a free one. */
  public static final int ENTRY_BYTES = Integer.BYTES;

  private static final ValueLayout.OfInt ENTRY =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Bits of a digest that choose the place in the table. */
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final VarHandle DIGEST_WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final DiskBaseline blocks;
  private final MemorySegment table;

  /**
   * @param blocks digest and content of each; closed with the last holder
   * @param table as {@link #enter} left it; damage in it costs ratio, never a byte
   * @throws IllegalArgumentException if its entries are no power of two
   */
  public ImageIndex(DiskBaseline blocks, MemorySegment table) {
    if (Long.bitCount(table.byteSize()) != 1 || table.byteSize() < ENTRY_BYTES) {
      throw new IllegalArgumentException("a table of %d B".formatted(table.byteSize()));
    }
    this.blocks = blocks;
    this.table = table;
  }

  /** Of the table for so many blocks with content: at least two entries for each. */
  public static long tableBytes(int knownBlocks) {
    return ENTRY_BYTES * (Long.highestOneBit(Math.max(8, 2L * knownBlocks - 1)) << 1);
  }

  /**
   * Enters a block by its digest, unless an equal one is there, or no room.
   *
   * @param table zeroes at first, {@link #tableBytes} long
   * @param digests {@link DiskBaseline#DIGEST_BYTES} for each block, this one's among them
   */
  public static void enter(MemorySegment table, MemorySegment digests, int block) {
    long at = (long) block * DiskBaseline.DIGEST_BYTES;
    long first = digests.get(WORD, at);
    long second = digests.get(WORD, at + Long.BYTES);
    for (int probe = 0; probe < MOST_PROBES; probe++) {
      long entry = entryAt(table, first, probe);
      int there = table.get(ENTRY, entry) - 1;
      if (there < 0) {
        table.set(ENTRY, entry, block + 1);
        return;
      }
      long other = (long) there * DiskBaseline.DIGEST_BYTES;
      if (digests.get(WORD, other) == first && digests.get(WORD, other + Long.BYTES) == second) {
        return;
      }
    }
  }

  private static long entryAt(MemorySegment table, long firstWord, int probe) {
    return (firstWord + probe & table.byteSize() / ENTRY_BYTES - 1) * ENTRY_BYTES;
  }

  /**
   * The block with this content, or -1.
   *
   * @param digest a SHA-256 at {@code offset}
   */
  int find(byte[] digest, int offset) {
    long first = (long) DIGEST_WORD.get(digest, offset);
    for (int probe = 0; probe < MOST_PROBES; probe++) {
      int block = table.get(ENTRY, entryAt(table, first, probe)) - 1;
      if (block < 0) {
        return -1;
      }
      if (block < blocks.pages() && blocks.isContent(block, digest, offset)) {
        return block;
      }
    }
    return -1;
  }

  DiskBaseline blocks() {
    return blocks;
  }

  /** 32 bytes, the same on two hosts if and only if their images have the same blocks. A copy. */
  public byte[] id() {
    return blocks.id();
  }

  /** Blocks are numbered from 0 to this, which is not one. */
  public int pages() {
    return blocks.pages();
  }

  /** Of the blocks. */
  public long bytes() {
    return (long) blocks.pages() * PageSize.BYTES;
  }

  /** Another holder, who closes it too. */
  public ImageIndex retain() {
    blocks.retain();
    return this;
  }

  /** Once for each holder. */
  @Override
  public void close() {
    blocks.close();
  }

  @Override
  public String toString() {
    String id = HexFormat.of().formatHex(id(), 0, 4);
    return "image of %d blocks, id %s".formatted(pages(), id);
  }
}
