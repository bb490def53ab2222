package io.novacron.dwcp.control;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A baseline that this host keeps. Its components are the keys of {@code dwcp baselines list
 * --json}.
 *
 * @param guest the domain's UUID
 * @param domain its name in the newest migration that the history knows; null if none does
 * @param peer the host that keeps the same
 * @param storedBytes on disk
 */
public record BaselineReport(
    UUID guest, @Nullable String domain, String peer, long storedBytes, Instant writtenAt) {

  /** Refuses what another version would send. */
  public BaselineReport {
    Objects.requireNonNull(guest, "guest");
    Objects.requireNonNull(peer, "peer");
    Objects.requireNonNull(writtenAt, "writtenAt");
  }
}
