package io.novacron.dwcp.control;

import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.MigrationListener.Transport;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How the daemon is and what it does now. The components are the keys of {@code dwcp status
 * --json}.
 *
 * @param host how this host names itself to peers
 * @param listen host:port as configured
 * @param kernels the page kernels in use: the native variant, or java
 * @param warnings what the operator should know, one sentence each; empty when all is well
 * @param limits bytes per second that this host may send, by the peer's name or {@code host}; those
 *     in force only
 * @param images what is known of the images below guests' disks, the one that was not used for the
 *     longest time first
 * @param counters since the start, by dotted name; fallbacks as {@code fallbacks.REASON}
 */
public record StatusReport(
    String version,
    long pid,
    String host,
    Instant startedAt,
    double uptimeSeconds,
    String listen,
    String securityMode,
    String kernels,
    List<String> warnings,
    List<ActiveMigration> activeMigrations,
    Map<String, Long> limits,
    List<KnownImage> images,
    Map<String, Long> counters) {

  /** Copies what could change under the reader. */
  public StatusReport {
    warnings = List.copyOf(warnings);
    activeMigrations = List.copyOf(activeMigrations);
    limits = Map.copyOf(limits);
    images = List.copyOf(images);
    counters = Map.copyOf(counters);
  }

  /**
   * An image whose blocks this host knows.
   *
   * @param path of the image
   * @param imageBytes of the image
   * @param storedBytes of what is kept of it
   */
  public record KnownImage(String path, long imageBytes, long storedBytes, Instant usedAt) {}

  /**
   * A migration that runs now.
   *
   * @param phase in the daemon's words: prepare, pre-copy, switchover, post-copy, outage …
   */
  public record ActiveMigration(
      String id,
      String domain,
      Role role,
      String peer,
      Transport transport,
      String phase,
      Instant startedAt,
      long rawBytes,
      long wireBytes,
      int streams) {}
}
