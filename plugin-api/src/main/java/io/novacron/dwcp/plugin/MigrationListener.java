package io.novacron.dwcp.plugin;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Is told when a migration starts and how it ended, on the source and on the destination alike.
 *
 * <p>Each {@link Migration} is announced once by {@link #started} and once by {@link #ended}, in
 * this order, unless the daemon dies in between. Calls may come from any thread and must return
 * quickly. What a listener throws is logged and never reaches the migration.
 */
public interface MigrationListener {

  /** Called when the daemon sees that a migration begins, before any byte of the guest moved. */
  void started(Migration migration);

  /** Called once the daemon is done with the migration, whatever became of it. */
  void ended(Migration migration, Result result);

  /** On which end of the migration this daemon stands. */
  enum Role {
    SOURCE,
    DESTINATION
  }

  /** What carried the guest. */
  enum Transport {
    DWCP,
    PLAIN_TCP
  }

  /** What became of a migration; {@code UNKNOWN} when the daemon ended before it did. */
  enum Outcome {
    RUNNING,
    COMPLETED,
    FAILED,
    ABORTED,
    UNKNOWN
  }

  /**
   * Which guest goes from where to where.
   *
   * @param id unique on this host, also across restarts of the daemon
   * @param uuid empty while libvirt has not named it
   */
  record Migration(
      String id,
      Role role,
      String domain,
      Optional<UUID> uuid,
      String source,
      String destination,
      Instant startedAt) {}

  /**
   * How a migration ended.
   *
   * @param reason one sentence for the operator: why this transport, or what went wrong
   */
  record Result(
      Outcome outcome, Transport transport, String reason, Duration duration, Traffic traffic) {}

  /**
   * What moved. All zero for plain TCP, whose bytes do not pass through the daemon.
   *
   * @param rawBytes what QEMU handed over, or was handed
   * @param wireBytes what went over the link for it, both directions, headers of ours included
   * @param streams TCP connections that carried it
   * @param pagesByEncoding guest pages under the name of the encoding that carried them
   * @param literalBytes raw bytes that belong to no page
   * @param residueBytes what references and deltas left of the raw bytes, before it was compressed
   */
  record Traffic(
      long rawBytes,
      long wireBytes,
      int streams,
      Map<String, Long> pagesByEncoding,
      long literalBytes,
      long residueBytes) {

    /** Nothing moved, or nothing that the daemon saw. */
    public static final Traffic NONE = new Traffic(0, 0, 0, Map.of(), 0, 0);

    /** Copies the map, so that the value stays what it is. */
    public Traffic {
      pagesByEncoding = Map.copyOf(pagesByEncoding);
    }
  }
}
