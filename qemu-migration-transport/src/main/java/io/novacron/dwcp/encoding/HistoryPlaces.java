package io.novacron.dwcp.encoding;

/**
 * The rule by which both ends of a direction know where each version of a page lies, without a word
 * on the wire.
 *
 * <p>A <i>place</i> names a version for ever: the pages that entered the ring count 0, 1, 2, …; the
 * pages of the baseline lie before all of them. A <i>slot</i> is where it lies now: that of a place
 * in the ring is the place modulo the ring, that of a page of the baseline the size of the ring
 * plus its number. One thread writes; {@link #isKept} is any thread's.
 */
final class HistoryPlaces {

  static final long NONE = NewestVersions.UNKNOWN;

  private static final long BASELINE = Long.MIN_VALUE;

  private final int historyPages;
  private NewestVersions newest;

  /** Pages that entered the ring. */
  private volatile long added;

  HistoryPlaces(int historyPages) {
    this.historyPages = historyPages;
    this.newest = new NewestVersions(historyPages);
  }

  /** Before the first page: so many addresses more than the history has slots will come. */
  void expect(int addresses) {
    newest = new NewestVersions((int) Math.min(Integer.MAX_VALUE, (long) historyPages + addresses));
  }

  int historyPages() {
    return historyPages;
  }

  /** Makes the next place of the ring; its content is written afterwards. */
  long next() {
    long place = added;
    added = place + 1;
    return place;
  }

  static boolean isInBaseline(long place) {
    return place < NONE;
  }

  static int baselinePage(long place) {
    return (int) (place - BASELINE);
  }

  static long ofBaseline(int page) {
    return BASELINE + page;
  }

  int slotOf(long place) {
    return isInBaseline(place) ? historyPages + baselinePage(place) : (int) (place % historyPages);
  }

  /** The version that lies in a filled slot now. */
  long placeOf(int slot) {
    if (slot >= historyPages) {
      return ofBaseline(slot - historyPages);
    }
    int next = (int) (added % historyPages);
    int age = slot < next ? next - slot : next - slot + historyPages;
    return added - age;
  }

  /** Whether the ring has not come round to it. */
  boolean isKept(long place) {
    return isInBaseline(place) || added <= place + historyPages;
  }

  /** The same for at least so many pages more. */
  boolean isKeptFor(long place, int morePages) {
    return isInBaseline(place) || added + morePages <= place + historyPages;
  }

  void isNewest(long pageAddress, long place) {
    newest.put(pageAddress, place);
  }

  /** The place of the version that was sent last, or {@link #NONE}; it need not be kept. */
  long newest(long pageAddress) {
    return newest.find(pageAddress);
  }

  /** The addresses whose newest version is kept, in no order. */
  long[] keptAddresses() {
    return newest.addresses(this::isKept);
  }
}
