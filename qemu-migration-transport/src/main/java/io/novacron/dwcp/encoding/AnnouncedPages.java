package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.StreamParser;
import java.nio.ByteBuffer;

/**
 * Which page of the guest each page of a stream is, found out at the destination as the source
 * does: by a parser of its own over the same bytes. One thread at a time.
 */
final class AnnouncedPages {

  static final long NOT_ANNOUNCED = -1;

  /** More announcements than a batch has pages wait only in a stream that is none of QEMU's. */
  private static final int MOST_WAITING = 4 * BatchFormat.MAX_PAGES;

  private final StreamParser parser;
  private final PageSink sink = this::announced;

  /** What the parser announced, in order, from {@link #firstWaiting} on. */
  private final long[] streamOffsets = new long[MOST_WAITING];

  private final long[] addresses = new long[MOST_WAITING];
  private int firstWaiting;
  private int waitingEnd;
  private long batchStart;
  private long streamBytes;

  AnnouncedPages(StreamParser parser) {
    this.parser = parser;
  }

  /**
   * Reads the next batch.
   *
   * @param out the batch from its position on, which stays
   */
  void parse(ByteBuffer out, int rawBytes) {
    dropPast(streamBytes);
    int count = waitingEnd - firstWaiting;
    System.arraycopy(streamOffsets, firstWaiting, streamOffsets, 0, count);
    System.arraycopy(addresses, firstWaiting, addresses, 0, count);
    firstWaiting = 0;
    waitingEnd = count;
    parser.parse(out.duplicate().limit(out.position() + rawBytes), sink);
    batchStart = streamBytes;
    streamBytes += rawBytes;
  }

  /**
   * The address of the page that begins at an offset of the batch read last, or {@link
   * #NOT_ANNOUNCED}. Asked in ascending order, once for each.
   */
  long addressAt(int batchOffset) {
    long streamOffset = batchStart + batchOffset;
    dropPast(streamOffset);
    boolean isAnnounced = firstWaiting < waitingEnd && streamOffsets[firstWaiting] == streamOffset;
    return isAnnounced ? addresses[firstWaiting++] : NOT_ANNOUNCED;
  }

  private void dropPast(long streamOffset) {
    while (firstWaiting < waitingEnd && streamOffsets[firstWaiting] < streamOffset) {
      firstWaiting++;
    }
  }

  private void announced(long streamOffset, long pageAddress) {
    if (waitingEnd < MOST_WAITING) {
      streamOffsets[waitingEnd] = streamOffset;
      addresses[waitingEnd++] = pageAddress;
    }
  }
}
