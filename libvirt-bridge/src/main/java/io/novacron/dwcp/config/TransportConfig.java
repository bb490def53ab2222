package io.novacron.dwcp.config;

import java.time.Duration;

/**
 * How bytes travel to a peer.
 *
 * @param streams that a session begins with
 * @param leastStreams that it has at least
 * @param mostStreams that it has at most
 * @param congestionControl empty for the kernel's own choice
 * @param workers 0 for one on each core
 * @param historyBudgetBytes for each migration's record of pages that the destination holds
 * @param historyReserveBytes for all of them, kept ready while none needs it
 * @param receiveWindowBytes for each channel
 * @param outageBudget how long a dead link is hidden from QEMU
 * @param peerQuarantine how long a peer gets plain TCP after a broken session
 */
public record TransportConfig(
    int streams,
    int leastStreams,
    int mostStreams,
    String congestionControl,
    int workers,
    long historyBudgetBytes,
    long historyReserveBytes,
    long receiveWindowBytes,
    Duration connectTimeout,
    Duration handshakeTimeout,
    Duration outageBudget,
    Duration peerQuarantine) {

  /** The same with so many streams, which do not vary. */
  public TransportConfig withStreams(int wanted) {
    return new TransportConfig(
        wanted,
        wanted,
        wanted,
        congestionControl,
        workers,
        historyBudgetBytes,
        historyReserveBytes,
        receiveWindowBytes,
        connectTimeout,
        handshakeTimeout,
        outageBudget,
        peerQuarantine);
  }

  /** How many threads encode and decode on a host with so many cores. */
  public int workerThreads(int cores) {
    return workers == 0 ? Math.max(1, cores) : workers;
  }
}
