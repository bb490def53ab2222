package io.novacron.dwcp.intercept;

/**
 * Divides the page history of one migration among its channels, whose number nobody knows before:
 * each takes half of what is left. The main memory channel comes first where there are no disks.
 */
public final class HistoryShare {
  /** Below 1,024 pages (4 MiB) a history finds too little to be worth its bookkeeping. */
  private static final int LEAST_PAGES = 1024;

  private long leftPages;

  public HistoryShare(long pages) {
    this.leftPages = pages;
  }

  /** Slots for the next channel. */
  public int next() {
    long share = leftPages / 2;
    if (share < LEAST_PAGES) {
      return 0;
    }
    leftPages -= share;
    return (int) Math.min(share, Integer.MAX_VALUE);
  }
}
