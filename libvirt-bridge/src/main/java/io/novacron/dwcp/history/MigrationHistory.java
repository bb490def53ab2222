package io.novacron.dwcp.history;

import io.novacron.dwcp.plugin.MigrationListener.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The newest migrations of this host, in memory and in {@code history.jsonl} of the state
 * directory.
 *
 * <p>Thread-safe; a call may wait for the disk. When the file cannot be written the history goes on
 * in memory, says so once, tries again with each later record, and says once when the file is whole
 * again. No failure of the disk reaches the caller.
 */
public final class MigrationHistory {

  /** In the state directory. */
  public static final String FILE_NAME = "history.jsonl";

  /**
   * A file of twice the records is rewritten: each migration adds two lines, of which one counts.
   */
  private static final int REWRITE_FACTOR = 2;

  private final HistoryFile file;
  private final Path path;
  private final int mostEntries;
  private final Consumer<String> warnings;
  private final LinkedHashMap<String, MigrationRecord> byId = new LinkedHashMap<>();
  private boolean memoryOnly;

  private MigrationHistory(Path path, int mostEntries, Consumer<String> warnings) {
    this.path = path;
    this.file = new HistoryFile(path);
    this.mostEntries = mostEntries;
    this.warnings = warnings;
  }

  /**
   * Reads what a former daemon left. Migrations that ran when it ended have an unknown outcome.
   *
   * @param mostEntries the newest so many are kept
   * @param warnings is called with one sentence for each loss and each return, possibly under the
   *     lock of the history: it must not call back
   */
  public static MigrationHistory open(Path stateDir, int mostEntries, Consumer<String> warnings) {
    var history = new MigrationHistory(stateDir.resolve(FILE_NAME), mostEntries, warnings);
    history.load();
    return history;
  }

  /** Adds a migration, or replaces what was known of the one of the same id. */
  public synchronized void put(MigrationRecord latest) {
    keep(latest);
    try {
      if (memoryOnly || file.lines() >= REWRITE_FACTOR * mostEntries) {
        file.rewrite(byId.values());
      } else {
        file.append(latest);
      }
      if (memoryOnly) {
        memoryOnly = false;
        warnings.accept("history " + path + " is written again");
      }
    } catch (IOException unwritable) {
      keepInMemory(unwritable);
    }
  }

  /** The newest migrations, the newest first; at most {@code limit}. */
  public synchronized List<MigrationRecord> newest(int limit) {
    var all = new ArrayList<>(byId.values()).reversed();
    return List.copyOf(all.subList(0, Math.max(0, Math.min(limit, all.size()))));
  }

  /** The migration of this id, unless it is unknown or was forgotten. */
  public synchronized Optional<MigrationRecord> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** Says whether records are lost if the daemon ends now. */
  public synchronized boolean memoryOnly() {
    return memoryOnly;
  }

  private synchronized void load() {
    var skipped = new ArrayDeque<String>();
    try {
      for (MigrationRecord each : file.load(skipped)) {
        keep(each);
      }
    } catch (IOException unreadable) {
      keepInMemory(unreadable);
    }
    byId.replaceAll((id, each) -> each.outcome() == Outcome.RUNNING ? each.daemonEnded() : each);
    if (!skipped.isEmpty()) {
      int more = skipped.size() - 1;
      warnings.accept(skipped.getFirst() + (more == 0 ? "" : "; and " + more + " more lines"));
    }
  }

  private void keep(MigrationRecord latest) {
    byId.put(latest.id(), latest);
    while (byId.size() > mostEntries) {
      byId.pollFirstEntry();
    }
  }

  private void keepInMemory(IOException cause) {
    if (!memoryOnly) {
      memoryOnly = true;
      warnings.accept(
          "history " + path + " cannot be written (" + cause + "); it is kept in memory meanwhile");
    }
  }
}
