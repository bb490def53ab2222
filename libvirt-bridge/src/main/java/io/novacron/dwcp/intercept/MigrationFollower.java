package io.novacron.dwcp.intercept;

import io.netty.channel.EventLoop;
import io.novacron.dwcp.fallback.Fallback;
import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Outcome;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.MigrationListener.Transport;
import io.novacron.dwcp.relay.CarryDecision;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.MigrationEvent.Subject;
import io.novacron.dwcp.relay.MigrationOutcome;
import io.novacron.dwcp.session.ChannelEnd;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what the relay sees on one libvirt connection into journal entries. Event loop of the
 * connection only.
 */
final class MigrationFollower {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationFollower.class);

  /** The two ends of the connection, by the names of their daemons. */
  record Ends(Role role, String source, String destination) {}

  private final MigrationJournal journal;
  private final EventLoop loop;
  private final Ends ends;
  private final IntSupplier liveStreams;
  private final Map<Subject, FollowedMigration> running = new LinkedHashMap<>();

  /**
   * @param liveStreams of the session that carries the connection; 0 where none does
   */
  MigrationFollower(MigrationJournal journal, EventLoop loop, Ends ends, IntSupplier liveStreams) {
    this.journal = journal;
    this.loop = loop;
    this.ends = ends;
    this.liveStreams = liveStreams;
  }

  void event(MigrationEvent event) {
    switch (event) {
      case MigrationEvent.Requested requested -> requested(requested.subject());
      case MigrationEvent.Prepared prepared -> enter(prepared.subject(), "prepared");
      case MigrationEvent.Finishing finishing -> enter(finishing.subject(), "finish");
      case MigrationEvent.Ended ended -> ended(ended);
      case MigrationEvent.NotUnderstood unknown ->
          LOG.warn("passed untouched, so it may be a plain migration: {}", unknown.what());
    }
  }

  private void requested(Subject subject) {
    Migration migration =
        new Migration(
            HexFormat.of().toHexDigits(UUID.randomUUID().getMostSignificantBits()),
            ends.role(),
            subject.destinationName(),
            subject.uuid(),
            ends.source(),
            ends.destination(),
            journal.clock().instant());
    FollowedMigration followed =
        switch (subject.decision()) {
          case CarryDecision.Carry() ->
              new FollowedMigration(migration, Transport.DWCP, "session to the peer is healthy");
          case CarryDecision.Plain plain -> {
            if (ends.role() == Role.SOURCE) {
              journal.fallback(
                  ends.destination(), new Fallback(Fallback.Kind.NOT_CARRIED, plain.reason()));
            }
            yield new FollowedMigration(migration, Transport.PLAIN_TCP, plain.reason());
          }
        };
    running.put(subject, followed);
    journal.began(new LiveMigration(followed, loop, journal.clock()));
  }

  private void enter(Subject subject, String phase) {
    FollowedMigration followed = running.get(subject);
    if (followed != null) {
      followed.enter(phase);
    }
  }

  /** A data connection of this migration was opened. */
  void add(Subject subject, ChannelEnd channel) {
    FollowedMigration followed = running.get(subject);
    if (followed != null) {
      followed.add(channel);
      followed.sawStreams(liveStreams.getAsInt());
    }
  }

  /** The same where only one migration of the connection can own the channel. */
  void addToNewest(ChannelEnd channel) {
    Subject newest = null;
    for (Subject each : running.keySet()) {
      newest = each;
    }
    if (newest != null) {
      add(newest, channel);
    }
  }

  boolean isIdle() {
    return running.isEmpty();
  }

  private void ended(MigrationEvent.Ended ended) {
    FollowedMigration followed = running.remove(ended.subject());
    if (followed == null) {
      return;
    }
    followed.sawStreams(liveStreams.getAsInt()); // more may have joined since its channels opened
    Outcome outcome = outcome(ended.outcome());
    String reason = reason(followed, outcome, ended.reason());
    journal.ended(
        followed.migration(), followed.result(outcome, reason, journal.clock().instant()));
  }

  private static String reason(FollowedMigration followed, Outcome outcome, String why) {
    if (outcome == Outcome.COMPLETED) {
      return followed.reason();
    }
    String broken = followed.brokenBecause();
    return broken.isEmpty() ? why : why + "; " + broken;
  }

  private static Outcome outcome(MigrationOutcome outcome) {
    return switch (outcome) {
      case COMPLETED -> Outcome.COMPLETED;
      case CANCELLED, ABORTED -> Outcome.ABORTED;
      case REFUSED, FAILED, SUPERSEDED -> Outcome.FAILED;
      case UNKNOWN -> Outcome.UNKNOWN;
    };
  }
}
