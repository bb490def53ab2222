package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.StreamParser;
import java.nio.ByteBuffer;

/**
 * Enters at the destination the pages that the history holds as the newest of their addresses.
 * Needed only for the baseline, when the guest goes back and this host is its source. One thread at
 * a time.
 */
final class PageAddresses {
  private final AnnouncedPages announced;
  private final HistoryPlaces places;

  /** Pages of the batch at hand that have a place, ascending. */
  private final int[] outOffsets = new int[BatchFormat.MAX_PAGES];

  private final long[] pagePlaces = new long[BatchFormat.MAX_PAGES];
  private int placedPages;

  PageAddresses(StreamParser parser, HistoryPlaces places) {
    this.announced = new AnnouncedPages(parser);
    this.places = places;
  }

  /** A version lies at that absolute offset of the batch's output. */
  void placed(int outOffset, long place) {
    outOffsets[placedPages] = outOffset;
    pagePlaces[placedPages++] = place;
  }

  /**
   * The batch held.
   *
   * @param out the batch from its position on, which stays
   */
  void batch(ByteBuffer out, int rawBytes) {
    announced.parse(out, rawBytes);
    for (int page = 0; page < placedPages; page++) {
      long address = announced.addressAt(outOffsets[page] - out.position());
      if (address != AnnouncedPages.NOT_ANNOUNCED) {
        places.isNewest(address, pagePlaces[page]);
      }
    }
    placedPages = 0;
  }
}
