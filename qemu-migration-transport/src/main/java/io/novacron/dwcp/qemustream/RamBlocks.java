package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The RAM blocks that the setup of the RAM section names, known by a hash of the name: a block id
 * comes with each change of block between two pages and must not cost an allocation.
 */
final class RamBlocks {
  /** A guest has some ten blocks, with a memory module each a few hundred. 1024 x 16 bytes. */
  static final int MAX_BLOCKS = 1024;

  /** 15 bits, so that an address never is negative. */
  private static final int KEY_BITS = 15;

  private static final int OFFSET_BITS = 48;

  private static final long FNV_OFFSET_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private long[] idHashes = new long[16];
  private long[] usedBytes = new long[16];
  private int count;

  /** FNV-1a of the id: told apart are the few blocks of one guest, not hostile names. */
  static long idHash(ByteBuffer bytes, int at, int idBytes) {
    long hash = FNV_OFFSET_BASIS;
    for (int i = at; i < at + idBytes; i++) {
      hash = (hash ^ (bytes.get(i) & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  /** The address that {@link io.novacron.dwcp.page.PageSink} documents. */
  static long pageAddress(long idHash, long offsetBytes) {
    long key = (idHash ^ (idHash >>> 32)) & ((1L << KEY_BITS) - 1);
    return key << OFFSET_BITS | offsetBytes;
  }

  /** Whether a page can lie at that offset, so that it fits into a page address. */
  static boolean isPageOffset(long offsetBytes) {
    return offsetBytes >>> OFFSET_BITS == 0 && offsetBytes % PageSize.BYTES == 0;
  }

  /** False when there are {@link #MAX_BLOCKS} already. */
  boolean add(long idHash, long blockUsedBytes) {
    if (count == MAX_BLOCKS) {
      return false;
    }
    if (count == idHashes.length) {
      idHashes = Arrays.copyOf(idHashes, 2 * count);
      usedBytes = Arrays.copyOf(usedBytes, 2 * count);
    }
    idHashes[count] = idHash;
    usedBytes[count] = blockUsedBytes;
    count++;
    return true;
  }

  /** Used bytes of all blocks. */
  long totalBytes() {
    long total = 0;
    for (int i = 0; i < count; i++) {
      total += usedBytes[i];
    }
    return total;
  }

  /** Used bytes of the blocks before the one of that name. */
  long startOf(long idHash) {
    long start = 0;
    for (int i = 0; i < count && idHashes[i] != idHash; i++) {
      start += usedBytes[i];
    }
    return start;
  }

  /** The used length of the block of that name; 0, so that no page lies in it, when none has it. */
  long usedBytes(long idHash) {
    for (int i = 0; i < count; i++) {
      if (idHashes[i] == idHash) {
        return usedBytes[i];
      }
    }
    return 0;
  }
}
