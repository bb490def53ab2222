package io.novacron.dwcp.audit;

import io.novacron.dwcp.history.Json;
import io.novacron.dwcp.plugin.MigrationListener;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** Writes down that migrations begin and how they end. */
public final class MigrationAudit implements MigrationListener {
  private final Consumer<AuditEvent> log;

  public MigrationAudit(Consumer<AuditEvent> log) {
    this.log = log;
  }

  @Override
  public void started(Migration migration) {
    log.accept(new AuditEvent("migration-started", peer(migration), fields(migration)));
  }

  @Override
  public void ended(Migration migration, Result result) {
    Map<String, String> fields = fields(migration);
    fields.put("outcome", Json.word(result.outcome()));
    fields.put("transport", Json.word(result.transport()));
    fields.put("reason", result.reason());
    log.accept(new AuditEvent("migration-ended", peer(migration), fields));
  }

  private static String peer(Migration migration) {
    return migration.role() == Role.SOURCE ? migration.destination() : migration.source();
  }

  private static Map<String, String> fields(Migration migration) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("migration", migration.id());
    fields.put("domain", migration.domain());
    fields.put("uuid", migration.uuid().map(UUID::toString).orElse(""));
    fields.put("source", migration.source());
    fields.put("destination", migration.destination());
    return fields;
  }
}
