package io.novacron.dwcp.lab;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** A phase of a migration that a fault is to hit, told by what both libvirts say, not by time. */
enum Phase {
  /** The destination's libvirt knows the incoming guest, and no memory was sent. */
  PREPARE("", "", "virsh -q domstate vm"),
  /** Memory is sent for the first time. */
  FIRST_ROUND("--bandwidth 20", "test $(stat memory_processed) -ge 10000000", ""),
  /** What changed meanwhile is sent. */
  LATER_ROUND("--bandwidth 20", "test $(stat memory_iteration) -ge 2", ""),
  /** The guest stands still at the source, and does not run at the destination. */
  SWITCHOVER("", "virsh -q domstate vm | grep -q paused", ""),
  /** It runs at the destination, and the source does not know that yet. */
  FINISH("", "", "virsh -q domstate vm | grep -q running"),
  /** The migration is over. */
  AFTER("", "", "");

  private final String flags;
  private final String atSource;
  private final String atDestination;

  Phase(String flags, String atSource, String atDestination) {
    this.flags = flags;
    this.atSource = atSource;
    this.atDestination = atDestination;
  }

  /** For {@code virsh migrate}, so that the phase is long enough. */
  List<String> flags() {
    return flags.isEmpty() ? List.of() : List.of(flags.split(" ", -1));
  }

  /** Round trips of 600 ms: what passes within one else is long enough then to be seen. */
  boolean isWithinARoundTrip() {
    return switch (this) {
      case PREPARE, SWITCHOVER, FINISH -> true;
      case FIRST_ROUND, LATER_ROUND, AFTER -> false;
    };
  }

  void await(Lab lab, Guest.Migration migration) {
    if (this == AFTER) {
      migration.expectCompleted();
      return;
    }
    Host host = atSource.isEmpty() ? migration.source().other() : migration.source();
    String look = atSource.isEmpty() ? atDestination : atSource;
    // a look costs some 20 ms of a host, so that several fit into each phase
    String script =
        """
        began=$(date +%%s)
        stat() { virsh -q domjobinfo vm --rawstats | awk -v key="$1:" '$1 == key { n = $2 } END { print n + 0 }'; }
        until %s; do [ $(date +%%s) -lt $((began + 100)) ] || exit 1; done 2>/dev/null
        """
            .formatted(look);
    CommandRun.Outcome seen = lab.beginOn(host, "sh", "-c", script).await(Duration.ofMinutes(2));
    Assertions.assertTrue(
        seen.succeeded() && migration.runs(),
        () -> this + " did not come: " + migration.runs() + seen);
  }
}
