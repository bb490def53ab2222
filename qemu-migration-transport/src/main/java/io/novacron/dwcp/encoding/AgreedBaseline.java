package io.novacron.dwcp.encoding;

import java.util.BitSet;

/**
 * A baseline that the source may use: both ends hold it, the destination without some pages.
 *
 * @param missingAtPeer not to be changed
 */
record AgreedBaseline(BaselinePages pages, BitSet missingAtPeer) {

  boolean isAtPeer(int page) {
    return !missingAtPeer.get(page);
  }

  /** The page with this digest that the destination holds, or -1. */
  int find(byte[] digest, int offset) {
    int page = pages.index().find(digest, offset);
    return page >= 0 && isAtPeer(page) ? page : -1;
  }
}
