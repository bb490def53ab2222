package io.novacron.dwcp.netty;

import io.novacron.dwcp.congestion.StreamBounds;
import io.novacron.dwcp.session.SessionSettings;
import io.novacron.dwcp.wire.ProtocolVersions;

/**
 * What an operator sets, and what names this daemon to its peers.
 *
 * @param hostName shown to peers and in their history
 * @param instance random number of this process: tells peers that an older one is gone
 * @param streams how many TCP connections a session may have
 * @param congestionControl that a stream asks its kernel for; empty for the kernel's own choice
 * @param workers threads that encode and decode
 * @param historyBudgetBytes page history of one migration, on either side
 * @param historyReserveBytes memory for page histories that is kept ready while none needs it
 * @param connectTimeoutMillis for one TCP connection to a peer
 * @param handshakeTimeoutMillis for HELLO and its answer
 * @param quarantineNanos how long a peer gets plain TCP after an outage outlasted its budget
 */
public record TransportSettings(
    String hostName,
    long instance,
    ProtocolVersions versions,
    StreamBounds streams,
    String congestionControl,
    int workers,
    long historyBudgetBytes,
    long historyReserveBytes,
    int connectTimeoutMillis,
    int handshakeTimeoutMillis,
    long quarantineNanos,
    SessionSettings session) {

  /** The same under another name, with a number of streams that does not vary. */
  TransportSettings rehearsing(String name) {
    return new TransportSettings(
        name,
        instance,
        versions,
        StreamBounds.fixed(streams.first()),
        congestionControl,
        workers,
        historyBudgetBytes,
        historyReserveBytes,
        connectTimeoutMillis,
        handshakeTimeoutMillis,
        quarantineNanos,
        session);
  }
}
