package io.novacron.dwcp.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.history.MigrationHistory;
import io.novacron.dwcp.history.MigrationRecord;
import io.novacron.dwcp.plugin.MigrationListener;
import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Outcome;
import io.novacron.dwcp.plugin.MigrationListener.Result;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.MigrationListener.Transport;
import io.novacron.dwcp.relay.CarryDecision;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.MigrationEvent.Subject;
import io.novacron.dwcp.relay.MigrationFlags;
import io.novacron.dwcp.relay.MigrationOutcome;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationFollowerTest {
  private static final Subject CARRIED =
      new Subject("guest", Optional.empty(), new MigrationFlags(1), new CarryDecision.Carry());
  private static final Subject PLAIN =
      new Subject(
          "guest", Optional.empty(), new MigrationFlags(4), new CarryDecision.Plain("tunnelled"));

  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();
  private Instant now = Instant.ofEpochSecond(1_000);
  private MigrationHistory history;
  private MigrationJournal journal;
  private MigrationFollower source;

  @BeforeEach
  void open() {
    history = MigrationHistory.open(directory, 10, warning -> {});
    MigrationListener broken =
        new MigrationListener() {
          @Override
          public void started(Migration migration) {
            throw new IllegalStateException("a plugin's bug");
          }

          @Override
          public void ended(Migration migration, Result result) {
            throw new IllegalStateException("a plugin's bug");
          }
        };
    journal = new MigrationJournal(history, List.of(broken), () -> now);
    source = follower(Role.SOURCE);
  }

  @AfterEach
  void stop() {
    loop.close();
  }

  private MigrationFollower follower(Role role) {
    return new MigrationFollower(
        journal, loop.loop(), new MigrationFollower.Ends(role, "host-a", "host-b"), () -> 0);
  }

  private MigrationRecord newest() {
    return history.newest(1).getFirst();
  }

  @Test
  void recordsMigrationFromPrepareToItsEndWhateverListenersThrow() {
    source.event(new MigrationEvent.Requested(CARRIED));
    assertEquals(Outcome.RUNNING, newest().outcome());
    LiveMigration live = journal.live().iterator().next();
    assertEquals("prepare", live.progress().orElseThrow().phase());
    source.event(new MigrationEvent.Prepared(CARRIED, OptionalInt.of(49152), OptionalInt.empty()));
    assertEquals("prepared", live.progress().orElseThrow().phase());
    source.event(new MigrationEvent.Finishing(CARRIED, false));
    assertEquals("finish", live.progress().orElseThrow().phase());
    now = now.plusMillis(1_500);
    source.event(new MigrationEvent.Ended(CARRIED, MigrationOutcome.COMPLETED, "all well"));
    assertTrue(source.isIdle());
    assertTrue(journal.live().isEmpty());
    assertEquals(Outcome.COMPLETED, newest().outcome());
    assertEquals(Transport.DWCP, newest().transport());
    assertEquals(1.5, newest().durationSeconds());
    assertEquals(1, journal.counters().get("migrations.started"));
    assertEquals(1, journal.counters().get("migrations.completed"));
  }

  @Test
  void countsFallbackOnceAtTheSourceAndKeepsItsReason() {
    source.event(new MigrationEvent.Requested(PLAIN));
    follower(Role.DESTINATION).event(new MigrationEvent.Requested(PLAIN));
    assertEquals(1, journal.counters().get("fallbacks.not-carried"));
    source.event(new MigrationEvent.Ended(PLAIN, MigrationOutcome.COMPLETED, "all well"));
    MigrationRecord ended =
        history.newest(2).stream().filter(each -> each.role() == Role.SOURCE).findFirst().get();
    assertEquals(Transport.PLAIN_TCP, ended.transport());
    assertEquals("tunnelled", ended.reason());
  }

  @Test
  void namesEachEndAsTheHistoryDoes() {
    Map<MigrationOutcome, Outcome> expected =
        Map.of(
            MigrationOutcome.COMPLETED, Outcome.COMPLETED,
            MigrationOutcome.CANCELLED, Outcome.ABORTED,
            MigrationOutcome.REFUSED, Outcome.FAILED,
            MigrationOutcome.FAILED, Outcome.FAILED,
            MigrationOutcome.ABORTED, Outcome.ABORTED,
            MigrationOutcome.UNKNOWN, Outcome.UNKNOWN,
            MigrationOutcome.SUPERSEDED, Outcome.FAILED);
    for (MigrationOutcome each : MigrationOutcome.values()) {
      source.event(new MigrationEvent.Requested(CARRIED));
      source.event(new MigrationEvent.Ended(CARRIED, each, "why"));
      assertEquals(expected.get(each), newest().outcome(), each.name());
    }
  }

  @Test
  void ignoresEndOfWhatItNeverSawBegin() {
    source.event(new MigrationEvent.Ended(CARRIED, MigrationOutcome.FAILED, "why"));
    source.event(new MigrationEvent.NotUnderstood("noise"));
    assertTrue(history.newest(1).isEmpty());
    assertTrue(journal.counters().isEmpty());
  }
}
