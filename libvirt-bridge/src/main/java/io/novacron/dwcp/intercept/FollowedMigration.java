package io.novacron.dwcp.intercept;

import io.novacron.dwcp.encoding.PageCounts;
import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Outcome;
import io.novacron.dwcp.plugin.MigrationListener.Result;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.MigrationListener.Traffic;
import io.novacron.dwcp.plugin.MigrationListener.Transport;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.ChannelTally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One migration from its Prepare call to its end, with the channels that carry its data. Event loop
 * of its session only.
 */
final class FollowedMigration {
  private final Migration migration;
  private final Transport transport;
  private final String reason;
  private final List<ChannelEnd> channels = new ArrayList<>();
  private String phase = "prepare";
  private int streams;

  FollowedMigration(Migration migration, Transport transport, String reason) {
    this.migration = migration;
    this.transport = transport;
    this.reason = reason;
  }

  Migration migration() {
    return migration;
  }

  Transport transport() {
    return transport;
  }

  String reason() {
    return reason;
  }

  String phase() {
    return phase;
  }

  void enter(String newPhase) {
    phase = newPhase;
  }

  void add(ChannelEnd channel) {
    channels.add(channel);
    phase = "data";
  }

  /** Streams of the session when last looked at. */
  void sawStreams(int liveStreams) {
    streams = Math.max(streams, liveStreams);
  }

  Result running(Instant now) {
    return result(Outcome.RUNNING, reason, now);
  }

  Result result(Outcome outcome, String why, Instant now) {
    Duration duration = Duration.between(migration.startedAt(), now);
    return new Result(outcome, transport, why, duration, traffic());
  }

  /** Why the first of its channels broke, if one did. */
  String brokenBecause() {
    for (ChannelEnd channel : channels) {
      if (!channel.abortReason().isEmpty()) {
        return channel.abortReason();
      }
    }
    return "";
  }

  private Traffic traffic() {
    if (channels.isEmpty()) {
      return Traffic.NONE;
    }
    long rawBytes = 0;
    long wireBytes = 0;
    long literalBytes = 0;
    long residueBytes = 0;
    Map<String, Long> pages = new TreeMap<>();
    for (ChannelEnd channel : channels) {
      ChannelTally tally = channel.tally();
      rawBytes += tally.rawBytes();
      wireBytes += tally.wireBytes();
      ChannelTally.Encoded encoded =
          migration.role() == Role.SOURCE ? tally.sent() : tally.received();
      residueBytes += encoded.residueBytes();
      PageCounts forward = encoded.pages();
      literalBytes += forward.literalBytes();
      pages.merge("zero", forward.zero(), Long::sum);
      pages.merge("reference", forward.reference(), Long::sum);
      pages.merge("baseline", forward.baseline(), Long::sum);
      pages.merge("image", forward.image(), Long::sum);
      pages.merge("delta", forward.delta(), Long::sum);
      pages.merge("full", forward.full(), Long::sum);
    }
    return new Traffic(rawBytes, wireBytes, streams, pages, literalBytes, residueBytes);
  }
}
