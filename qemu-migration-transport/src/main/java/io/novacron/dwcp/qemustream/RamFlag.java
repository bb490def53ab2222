package io.novacron.dwcp.qemustream;

import io.novacron.dwcp.page.PageSize;

/**
 * The flags in the low bits of a RAM record, below the page size (QEMU 10.0 migration/ram.c,
 * RAM_SAVE_FLAG_*; COMPRESS_PAGE: until 9.0). 0x01 went in 2009; HOOK, 0x80, comes with RDMA only.
 */
final class RamFlag {
  /** One byte follows: with what the page is filled. */
  static final int ZERO = 0x02;

  /** The address is the sum of the lengths in the block list that follows. */
  static final int MEM_SIZE = 0x04;

  /** The page follows. */
  static final int PAGE = 0x08;

  /** The section ends. */
  static final int EOS = 0x10;

  /** The block is the last one named: no block id follows the record. */
  static final int CONTINUE = 0x20;

  /** A delta follows. */
  static final int XBZRLE = 0x40;

  /** A zlib stream of the page follows. */
  static final int COMPRESS_PAGE = 0x100;

  /** Nothing follows; the destination waits for the multifd channels. Since 8.1. */
  static final int MULTIFD_FLUSH = 0x200;

  private static final long MASK = PageSize.BYTES - 1L;

  private RamFlag() {}

  static int of(long ramRecord) {
    return (int) (ramRecord & MASK);
  }

  static long addressOf(long ramRecord) {
    return ramRecord & ~MASK;
  }
}
