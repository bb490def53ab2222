package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.util.BitSet;

/**
 * A disk's baseline that the source may refer to: both ends know it, the destination has the
 * content of all but some pages.
 *
 * @param missingAtPeer not to be changed
 */
record AgreedDisk(DiskBaseline disk, BitSet missingAtPeer) {

  /** The page at this offset of the disk, if it had this content and the peer has it; else -1. */
  int find(long diskOffset, byte[] digest, int digestOffset) {
    long page = diskOffset / PageSize.BYTES;
    if (page >= disk.pages() || diskOffset % PageSize.BYTES != 0) {
      return -1;
    }
    boolean isThere =
        disk.isContent((int) page, digest, digestOffset) && !missingAtPeer.get((int) page);
    return isThere ? (int) page : -1;
  }
}
