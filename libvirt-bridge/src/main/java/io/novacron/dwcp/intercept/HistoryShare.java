package io.novacron.dwcp.intercept;

/**
 * Divides the page history of one migration among its baseline and its channels, whose number
 * nobody knows before: each takes half of what is left, but a memory channel that will have no
 * other beside it takes nearly all.
 */
public final class HistoryShare {
  /** Below 1,024 pages (4 MiB) a history finds too little to be worth its bookkeeping. */
  private static final int LEAST_PAGES = 1024;

  /** A sixteenth stays: post-copy opens a second channel with a few urgent pages. */
  private static final int ONLY_ONES_SIXTEENTHS = 15;

  private long leftPages;

  public HistoryShare(long pages) {
    this.leftPages = pages;
  }

  /** Sets aside what a baseline takes; false, and nothing is, if it is not left. */
  public boolean takeBaseline(long pages) {
    if (pages > leftPages) {
      return false;
    }
    leftPages -= pages;
    return true;
  }

  /**
   * Slots for the next channel.
   *
   * @param isOnly whether no other channel with pages is to be expected
   */
  public int next(boolean isOnly) {
    long share = isOnly ? leftPages / 16 * ONLY_ONES_SIXTEENTHS : leftPages / 2;
    if (share < LEAST_PAGES) {
      return 0;
    }
    leftPages -= share;
    return (int) Math.min(share, Integer.MAX_VALUE);
  }
}
