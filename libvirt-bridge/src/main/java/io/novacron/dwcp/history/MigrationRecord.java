package io.novacron.dwcp.history;

import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Outcome;
import io.novacron.dwcp.plugin.MigrationListener.Result;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.MigrationListener.Traffic;
import io.novacron.dwcp.plugin.MigrationListener.Transport;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One migration as the history keeps and shows it. Its components are the keys of the JSON that
 * {@code dwcp history --json} prints, so a renamed component breaks scripts.
 *
 * @param uuid null while libvirt has not named it
 * @param reason why this transport, or what went wrong; never empty for plain TCP
 * @param durationSeconds null while it runs, and for an unknown outcome
 * @param pages guest pages by the encoding that carried them, in the order of the names
 * @param literalBytes raw bytes that belong to no page
 * @param residueBytes what references and deltas left of the raw bytes, before it was compressed
 */
public record MigrationRecord(
    String id,
    Role role,
    String domain,
    @Nullable UUID uuid,
    String source,
    String destination,
    Instant startedAt,
    Transport transport,
    String reason,
    Outcome outcome,
    @Nullable Double durationSeconds,
    long rawBytes,
    long wireBytes,
    int streams,
    Map<String, Long> pages,
    long literalBytes,
    long residueBytes) {

  /** Refuses a record that lacks what every record has, as a damaged file would give. */
  public MigrationRecord {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(domain, "domain");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(destination, "destination");
    Objects.requireNonNull(startedAt, "startedAt");
    Objects.requireNonNull(transport, "transport");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(outcome, "outcome");
    pages = Collections.unmodifiableMap(new TreeMap<>(Objects.requireNonNull(pages, "pages")));
  }

  /** A migration that has just begun, with the transport that was chosen for it. */
  public static MigrationRecord running(Migration migration, Transport transport, String reason) {
    return of(
        migration, new Result(Outcome.RUNNING, transport, reason, Duration.ZERO, Traffic.NONE));
  }

  /** A migration with what became of it. */
  public static MigrationRecord of(Migration migration, Result result) {
    Traffic traffic = result.traffic();
    boolean timed = result.outcome() != Outcome.RUNNING && result.outcome() != Outcome.UNKNOWN;
    return new MigrationRecord(
        migration.id(),
        migration.role(),
        migration.domain(),
        migration.uuid().orElse(null),
        migration.source(),
        migration.destination(),
        migration.startedAt(),
        result.transport(),
        result.reason(),
        result.outcome(),
        timed ? result.duration().toMillis() / 1000.0 : null,
        traffic.rawBytes(),
        traffic.wireBytes(),
        traffic.streams(),
        traffic.pagesByEncoding(),
        traffic.literalBytes(),
        traffic.residueBytes());
  }

  /** What is known of a migration that ran when the former daemon ended. */
  MigrationRecord daemonEnded() {
    return new MigrationRecord(
        id,
        role,
        domain,
        uuid,
        source,
        destination,
        startedAt,
        transport,
        "daemon ended",
        Outcome.UNKNOWN,
        null,
        rawBytes,
        wireBytes,
        streams,
        pages,
        literalBytes,
        residueBytes);
  }
}
