package io.novacron.dwcp.control;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon knows of a peer. The components are the keys of {@code dwcp peers --json}.
 *
 * @param address host:port
 * @param libvirt how stock libvirt reaches it; null when the fallback has no way
 * @param socket the socket that a migration URI names
 * @param quarantinedUntil null unless the state says so
 * @param streams open TCP connections
 * @param lastError null when nothing failed since the last success
 * @param rttMicros smoothed round-trip time; null while unmeasured
 */
public record PeerReport(
    String name,
    String address,
    @Nullable String libvirt,
    String socket,
    State state,
    @Nullable Instant quarantinedUntil,
    int streams,
    @Nullable String lastError,
    @Nullable Long rttMicros) {

  /** How the daemon stands to the peer. */
  public enum State {
    /** Not connected, and nothing speaks against it. */
    IDLE,
    CONNECTED,
    /** The last attempt failed; the next migration tries again. */
    UNREACHABLE,
    /** Gets plain TCP, after a session with it broke. */
    QUARANTINED
  }
}
