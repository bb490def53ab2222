package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.StreamParser;
import java.nio.ByteBuffer;

/**
 * Tells a recorder at the destination which pages travelled, as the source's encoder tells its own:
 * digests from the records of the batch, addresses from a parser of its own over the same bytes.
 * One thread at a time.
 */
final class ArrivedPages {

  /** More announcements than a batch has pages wait only in a stream that is none of QEMU's. */
  private static final int MOST_WAITING = 4 * BatchFormat.MAX_PAGES;

  private final StreamParser parser;
  private final TravelledPages.Recorder recorder;
  private final TravelledPages pages = new TravelledPages();
  private final PageSink sink = this::announced;

  /** What the parser announced, in order, from {@link #firstWaiting} on. */
  private final long[] streamOffsets = new long[MOST_WAITING];

  private final long[] addresses = new long[MOST_WAITING];
  private int firstWaiting;
  private int waitingEnd;
  private long streamBytes;

  ArrivedPages(StreamParser parser, TravelledPages.Recorder recorder) {
    this.parser = parser;
    this.recorder = recorder;
  }

  /**
   * The batch held.
   *
   * @param out the batch from its position on, which stays
   * @param records of this batch, finished
   */
  void batch(ByteBuffer out, int rawBytes, BatchDigest records) {
    int start = out.position();
    parser.parse(out.duplicate().limit(start + rawBytes), sink);
    pages.clear(out);
    long batchStart = streamBytes;
    streamBytes += rawBytes;
    records.forEachPage((offset, digest) -> page(batchStart + offset, start + offset, digest));
    keepWaiting();
    recorder.travelled(pages);
  }

  private void page(long streamOffset, int outOffset, byte[] digest) {
    while (firstWaiting < waitingEnd && streamOffsets[firstWaiting] < streamOffset) {
      firstWaiting++;
    }
    if (firstWaiting < waitingEnd && streamOffsets[firstWaiting] == streamOffset) {
      pages.add(addresses[firstWaiting++], outOffset, digest, 0);
    }
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
