package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.StreamParser;
import java.nio.ByteBuffer;

/**
 * Tells a recorder at the destination which pages travelled, as the source's encoder tells its own:
 * digests from the records of the batch, addresses from {@link AnnouncedPages}. One thread at a
 * time.
 */
final class ArrivedPages {
  private final AnnouncedPages announced;
  private final TravelledPages.Recorder recorder;
  private final TravelledPages pages = new TravelledPages();

  ArrivedPages(StreamParser parser, TravelledPages.Recorder recorder) {
    this.announced = new AnnouncedPages(parser);
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
    announced.parse(out, rawBytes);
    pages.clear(out);
    records.forEachPage((offset, digest) -> page(offset, start + offset, digest));
    recorder.travelled(pages);
  }

  /** As {@link #batch}, of one without pages, whatever its records look like. */
  void relayed(ByteBuffer out, int rawBytes) {
    announced.parse(out, rawBytes);
    pages.clear(out);
    recorder.travelled(pages);
  }

  private void page(int batchOffset, int outOffset, byte[] digest) {
    long address = announced.addressAt(batchOffset);
    if (address != AnnouncedPages.NOT_ANNOUNCED) {
      pages.add(address, outOffset, digest, 0);
    }
  }
}
