package io.novacron.dwcp.intercept;

import io.novacron.dwcp.audit.AuditEvent;
import io.novacron.dwcp.fallback.Fallback;
import io.novacron.dwcp.history.MigrationHistory;
import io.novacron.dwcp.history.MigrationRecord;
import io.novacron.dwcp.plugin.MigrationListener;
import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Result;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything the daemon remembers and tells of migrations: log line, history entry, counters,
 * listeners. The one place where a migration's begin and end are logged. Any thread.
 */
public final class MigrationJournal {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationJournal.class);

  private final Consumer<AuditEvent> audit;
  private final MigrationHistory history;
  private final List<MigrationListener> listeners;
  private final InstantSource clock;
  private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();
  private final Map<String, LiveMigration> live = new ConcurrentHashMap<>();

  public MigrationJournal(
      MigrationHistory history, List<MigrationListener> listeners, InstantSource clock) {
    this(history, listeners, clock, event -> {});
  }

  /**
   * With a record of decisions.
   *
   * @param audit told of what is decided; any thread
   */
  public MigrationJournal(
      MigrationHistory history,
      List<MigrationListener> listeners,
      InstantSource clock,
      Consumer<AuditEvent> audit) {
    this.audit = audit;
    this.history = history;
    this.listeners = List.copyOf(listeners);
    this.clock = clock;
  }

  InstantSource clock() {
    return clock;
  }

  void began(LiveMigration running) {
    Migration migration = running.migration();
    live.put(migration.id(), running);
    LOG.info(
        "migration {} of {} ({}) from {} to {} by {}: {}",
        migration.id(),
        migration.domain(),
        migration.uuid().map(Object::toString).orElse("uuid unknown"),
        migration.source(),
        migration.destination(),
        running.transport(),
        running.reason());
    history.put(MigrationRecord.running(migration, running.transport(), running.reason()));
    count("migrations.started");
    listeners.forEach(listener -> tell(() -> listener.started(migration)));
  }

  void ended(Migration migration, Result result) {
    live.remove(migration.id());
    LOG.info(
        "migration {} of {} {} after {} ms: {} (raw {} B, wire {} B)",
        migration.id(),
        migration.domain(),
        result.outcome(),
        result.duration().toMillis(),
        result.reason(),
        result.traffic().rawBytes(),
        result.traffic().wireBytes());
    history.put(MigrationRecord.of(migration, result));
    count("migrations." + result.outcome().name().toLowerCase(Locale.ROOT));
    listeners.forEach(listener -> tell(() -> listener.ended(migration, result)));
  }

  /** What a listener throws never reaches a migration. */
  private static void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.warn("a migration listener failed", e);
    }
  }

  void fallback(String peerName, Fallback fallback) {
    LOG.warn("plain TCP to {}: {}", peerName, fallback);
    count("fallbacks." + fallback.kind().counterName());
    decided(
        "fallback",
        peerName,
        Map.of("kind", fallback.kind().counterName(), "reason", fallback.detail()));
  }

  /** The guest may not run at the destination although libvirt has it there. */
  void refusedFinish(Optional<String> guest, String reason) {
    LOG.error("{} runs on here, Finish is cancelled: {}", guest.orElse("a guest"), reason);
    count("finish.refused");
  }

  /** Writes down a decision that is none of a migration's beginning or end. */
  public void decided(String event, String who, Map<String, String> details) {
    audit.accept(new AuditEvent(event, who, details));
  }

  /** Adds one to a counter that {@code dwcp status} shows. */
  public void count(String name) {
    count(name, 1);
  }

  /** Adds to a counter that {@code dwcp status} shows. */
  public void count(String name, long more) {
    counters.computeIfAbsent(name, key -> new LongAdder()).add(more);
  }

  public Map<String, Long> counters() {
    Map<String, Long> values = new TreeMap<>();
    counters.forEach((name, adder) -> values.put(name, adder.sum()));
    return values;
  }

  /** The migrations that run now. */
  public Collection<LiveMigration> live() {
    return List.copyOf(live.values());
  }
}
