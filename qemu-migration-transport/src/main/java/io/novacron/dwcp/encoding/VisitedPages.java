package io.novacron.dwcp.encoding;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a guest looked like when its migration ended, put together from the histories of its memory
 * channels: of each page of the guest the version that travelled last, as far as a history still
 * has it. Both ends come to the same. Pages are in the order of the guest's memory, so that the
 * next visit names long runs of them.
 *
 * <p>Where channels disagree about a page (multifd sends a page over any of its channels, and only
 * QEMU knows in which order), the versions of all are kept and the last channel's has its address.
 */
public final class VisitedPages implements BaselineContent {

  /**
   * Three quarters of the history: what the next visit takes for its baseline is missing in its
   * ring, which must hold what the guest changes meanwhile.
   */
  private static final double MOST_OF_HISTORY = 0.75;

  private static final int NO_PAGE = -1;

  private final List<ChannelHistory> histories;
  private final int mostPages;

  /** Where the content of each page lies: the channel and the place in its history. */
  private int[] pageChannels = new int[1024];

  private long[] pagePlaces = new long[1024];
  private int pages;

  /** Of the pages of the baseline and of the slots of each ring. */
  private final int[] fromBaseline;

  private final int[][] fromRing;
  private final BaselineIndex index;

  /**
   * @param histories in the order in which their channels were opened; stay the caller's, and must
   *     outlive this
   */
  public VisitedPages(List<ChannelHistory> histories) {
    this.histories = List.copyOf(histories);
    BaselinePages baseline = baseline();
    int baselinePages = baseline == null ? 0 : baseline.pages();
    long historyPages = baselinePages;
    this.fromRing = new int[histories.size()][];
    for (int channel = 0; channel < fromRing.length; channel++) {
      int ringPages = histories.get(channel).places().historyPages();
      fromRing[channel] = filled(ringPages);
      historyPages += ringPages;
    }
    this.fromBaseline = filled(baselinePages);
    this.mostPages =
        (int) Math.min(BaselineIndex.MAX_PAGES, (long) (historyPages * MOST_OF_HISTORY));
    this.index = build();
  }

  private static int[] filled(int length) {
    int[] pages = new int[length];
    Arrays.fill(pages, NO_PAGE);
    return pages;
  }

  /** All channels of a migration have the same, or none. */
  private @Nullable BaselinePages baseline() {
    for (ChannelHistory each : histories) {
      BaselinePages baseline = each.baseline();
      if (baseline != null) {
        return baseline;
      }
    }
    return null;
  }

  private BaselineIndex build() {
    long[] addresses = addresses();
    int[] addressPages = new int[addresses.length];
    int count = 0;
    for (long address : addresses) {
      int page = pageOf(address);
      if (page != NO_PAGE) {
        addresses[count] = address;
        addressPages[count++] = page;
      }
    }
    byte[] digests = new byte[pages * Sha256.BYTES];
    for (int page = 0; page < pages; page++) {
      histories.get(pageChannels[page]).copyDigest(pagePlaces[page], digests, page * Sha256.BYTES);
    }
    return new BaselineIndex(
        digests, Arrays.copyOf(addresses, count), Arrays.copyOf(addressPages, count));
  }

  /** Of all channels, ascending, each once. */
  private long[] addresses() {
    long[] all = {};
    for (ChannelHistory each : histories) {
      long[] more = each.places().keptAddresses();
      int had = all.length;
      all = Arrays.copyOf(all, had + more.length);
      System.arraycopy(more, 0, all, had, more.length);
    }
    Arrays.sort(all);
    int count = 0;
    for (long address : all) {
      if (count == 0 || all[count - 1] != address) {
        all[count++] = address;
      }
    }
    return Arrays.copyOf(all, count);
  }

  /** Enters the versions that the channels have of it; gives the last of them. */
  private int pageOf(long address) {
    int last = NO_PAGE;
    for (int channel = 0; channel < fromRing.length; channel++) {
      ChannelHistory history = histories.get(channel);
      long place = history.places().newest(address);
      if (history.holds(place)) {
        int page = pageOf(channel, place);
        last = page == NO_PAGE ? last : page;
      }
    }
    return last;
  }

  private int pageOf(int channel, long place) {
    boolean isInBaseline = HistoryPlaces.isInBaseline(place);
    int[] known = isInBaseline ? fromBaseline : fromRing[channel];
    int at =
        isInBaseline
            ? HistoryPlaces.baselinePage(place)
            : histories.get(channel).places().slotOf(place);
    if (known[at] == NO_PAGE && pages < mostPages) {
      if (pages == pagePlaces.length) {
        pageChannels = Arrays.copyOf(pageChannels, 2 * pages);
        pagePlaces = Arrays.copyOf(pagePlaces, 2 * pages);
      }
      pageChannels[pages] = channel;
      pagePlaces[pages] = place;
      known[at] = pages++;
    }
    return known[at];
  }

  @Override
  public BaselineIndex index() {
    return index;
  }

  @Override
  public void copyPage(int page, ByteBuffer out) {
    histories.get(pageChannels[page]).copyPage(pagePlaces[page], out);
  }
}
