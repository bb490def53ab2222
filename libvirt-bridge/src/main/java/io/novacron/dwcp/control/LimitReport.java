package io.novacron.dwcp.control;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A limit on what this host sends, and what it sends. The components are the keys of {@code dwcp
 * limit --json}; bytes are those of frames.
 *
 * @param name a peer's, or {@code host} for all peers together
 * @param limitBytesPerSecond in force; null without a limit
 * @param configuredBytesPerSecond in force again when the daemon starts; null without a limit
 * @param rateBytesPerSecond sent in the last half second
 * @param sentBytes since the daemon started
 */
public record LimitReport(
    String name,
    @Nullable Long limitBytesPerSecond,
    @Nullable Long configuredBytesPerSecond,
    long rateBytesPerSecond,
    long sentBytes) {

  /** Refuses what another version would send. */
  public LimitReport {
    Objects.requireNonNull(name, "name");
  }
}
