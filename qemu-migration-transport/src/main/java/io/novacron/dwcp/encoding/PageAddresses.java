package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.StreamParser;
import java.nio.ByteBuffer;

/**
 * Finds out at the destination which page of the guest each page of the stream is, as the source
 * does: by a parser of its own over the same bytes. Needed only for the baseline, when the guest
 * goes back and this host is its source. One thread at a time.
 */
final class PageAddresses {

  /** More announcements than a batch has pages wait only in a stream that is no stream of QEMU. */
  private static final int MOST_WAITING = 4 * BatchFormat.MAX_PAGES;

  private final StreamParser parser;
  private final HistoryPlaces places;
  private final PageSink sink = this::announced;

  /** Pages of the batch at hand that have a place, ascending. */
  private final int[] outOffsets = new int[BatchFormat.MAX_PAGES];

  private final long[] pagePlaces = new long[BatchFormat.MAX_PAGES];
  private int placedPages;

  /** What the parser announced, in order, from {@link #firstWaiting} on. */
  private final long[] streamOffsets = new long[MOST_WAITING];

  private final long[] addresses = new long[MOST_WAITING];
  private int firstWaiting;
  private int waitingEnd;
  private long streamBytes;

  PageAddresses(StreamParser parser, HistoryPlaces places) {
    this.parser = parser;
    this.places = places;
  }

  /** A version lies at that absolute offset of the batch's output. */
  void placed(int outOffset, long place) {
    outOffsets[placedPages] = outOffset;
    pagePlaces[placedPages++] = place;
  }

  /**
   * The batch held: enters its pages as the newest of their addresses.
   *
   * @param out the batch from its position on, which stays
   */
  void batch(ByteBuffer out, int rawBytes) {
    long start = streamBytes - out.position();
    parser.parse(out.duplicate().limit(out.position() + rawBytes), sink);
    streamBytes += rawBytes;
    for (int page = 0; page < placedPages; page++) {
      long offset = start + outOffsets[page];
      while (firstWaiting < waitingEnd && streamOffsets[firstWaiting] < offset) {
        firstWaiting++;
      }
      if (firstWaiting < waitingEnd && streamOffsets[firstWaiting] == offset) {
        places.isNewest(addresses[firstWaiting++], pagePlaces[page]);
      }
    }
    placedPages = 0;
    keepWaiting();
  }

  /** What was announced for the next batch moves to the front; all else is past. */
  private void keepWaiting() {
    while (firstWaiting < waitingEnd && streamOffsets[firstWaiting] < streamBytes) {
      firstWaiting++;
    }
    int count = waitingEnd - firstWaiting;
    System.arraycopy(streamOffsets, firstWaiting, streamOffsets, 0, count);
    System.arraycopy(addresses, firstWaiting, addresses, 0, count);
    firstWaiting = 0;
    waitingEnd = count;
  }

  private void announced(long streamOffset, long pageAddress) {
    if (waitingEnd < MOST_WAITING) {
      streamOffsets[waitingEnd] = streamOffset;
      addresses[waitingEnd++] = pageAddress;
    }
  }
}
