package io.novacron.dwcp.page;

/**
 * What a forward stream carries at the moment, as far as that decides between ratio and latency.
 */
public enum StreamPhase {
  /** Headers, capabilities, block lists: small, and someone waits for each of them. */
  SETUP,
  /** Rounds of RAM pages, or NBD writes. */
  BULK,
  /**
   * The guest stands still: from RAM SECTION_END, SWITCHOVER_START or device state on, latency
   * first.
   */
  SWITCHOVER,
  /** The guest runs at the destination and waits for pages: latency first. */
  POSTCOPY,
  /** Not understood, from here to the end of the stream. */
  OPAQUE
}
