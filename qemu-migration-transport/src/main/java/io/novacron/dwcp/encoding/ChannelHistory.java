package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The pages that both ends of a channel knew when it came to its end, taken over from an encoder or
 * a decoder. Owns their memory until {@link #close}. One thread at a time.
 */
public final class ChannelHistory implements AutoCloseable {

  /** Gives the 32 bytes of the digest of a filled slot of the ring. */
  interface Digests {
    void copy(int slot, byte[] out, int offset);
  }

  private final HistoryPlaces places;
  private final PageRing ring;
  private final Digests digests;
  private final @Nullable BaselinePages baseline;

  /**
   * @param baseline closed with this history
   */
  ChannelHistory(
      HistoryPlaces places, PageRing ring, Digests digests, @Nullable BaselinePages baseline) {
    this.places = places;
    this.ring = ring;
    this.digests = digests;
    this.baseline = baseline;
  }

  HistoryPlaces places() {
    return places;
  }

  @Nullable BaselinePages baseline() {
    return baseline;
  }

  /** Whether the content of that place can be copied. */
  boolean holds(long place) {
    if (!HistoryPlaces.isInBaseline(place)) {
      return place != HistoryPlaces.NONE && places.isKept(place);
    }
    return baseline != null;
  }

  void copyDigest(long place, byte[] out, int offset) {
    if (HistoryPlaces.isInBaseline(place) && baseline != null) {
      baseline.index().copyDigest(HistoryPlaces.baselinePage(place), out, offset);
    } else {
      digests.copy(places.slotOf(place), out, offset);
    }
  }

  /** Appends its 4096 bytes; zeroes for a page of the baseline that is missing here. */
  void copyPage(long place, ByteBuffer out) {
    if (!HistoryPlaces.isInBaseline(place) || baseline == null) {
      int slot = places.slotOf(place);
      append(ring.slab(slot), PageRing.offset(slot), out);
      return;
    }
    int page = HistoryPlaces.baselinePage(place);
    if (baseline.holds(page)) {
      append(baseline.slab(page), BaselinePages.offset(page), out);
    } else {
      append(Assembly.ZERO_PAGE, 0, out);
    }
  }

  private static void append(ByteBuffer from, int offset, ByteBuffer out) {
    out.put(out.position(), from, offset, PageSize.BYTES);
    out.position(out.position() + PageSize.BYTES);
  }

  @Override
  public void close() {
    ring.close();
    if (baseline != null) {
      baseline.close();
    }
  }
}
