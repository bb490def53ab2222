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
 * @param rttMicros of the last ping; null while unmeasured
 * @param path what its streams say of the way to it; null without a session
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
    @Nullable Long rttMicros,
    @Nullable Path path) {

  /**
   * The way to the peer.
   *
   * @param wantedStreams how many TCP connections pay at present
   * @param kernelRttMicros smoothed by the kernel's TCP, the mean of all connections; null while
   *     unmeasured
   * @param retransmittedBytes that TCP sent again since the session began
   * @param lossy whether packets are lost though nothing queues on the way
   * @param deliveredBytesPerSecond in the last second, by the peer's acknowledgements
   * @param resentFrames that went over another connection when theirs broke
   */
  public record Path(
      int wantedStreams,
      @Nullable Long kernelRttMicros,
      long retransmittedBytes,
      boolean lossy,
      long deliveredBytesPerSecond,
      long resentFrames) {}

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
