package io.novacron.dwcp.session;

import io.novacron.dwcp.wire.ResetCode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an outage ends, and when. A migration is hidden from it for the budget; a shorter one holds
 * while its guest stands still, and none to speak of while libvirt waits for the answer to its
 * Finish call: broken then, the source's libvirt would run a guest that may run at the destination.
 * Each migration is judged by itself, since a session has many. Session thread only.
 */
final class OutageRule {
  /**
   * An hour for a migration whose Finish call is not answered. Its guest runs at the destination or
   * nowhere; after that the local connection is held, and this session does not help it any more.
   */
  private static final long VERDICT_BUDGET_NANOS = 3_600_000_000_000L;

  /** Four ticks: this host itself stood still, and what came meanwhile may not be read yet. */
  private static final long STALL_NANOS = 1_000_000_000L;

  private final SessionCore core;
  private final SessionSettings settings;
  private long lookedNanos;

  OutageRule(SessionCore core, SessionSettings settings) {
    this.core = core;
    this.settings = settings;
    this.lookedNanos = core.watch().nowNanos();
  }

  /** Whether a guest stands still until bytes arrive at the peer. */
  boolean isGuestWaiting() {
    return !standingStill(core.channels()).isEmpty();
  }

  /** The end of the session, if it is due. Others than those that still wait are reset before. */
  Optional<SessionEnd> judge() {
    long downNanos = core.watch().downNanos();
    if (downNanos <= settings.outageBudgetNanos()) {
      return Optional.empty();
    }
    String reason = reason("no stream for ", downNanos, settings.outageBudgetNanos());
    Set<Long> kept = finishing(core.channels());
    if (kept.isEmpty() || downNanos > VERDICT_BUDGET_NANOS) {
      return Optional.of(new SessionEnd.GivenUp(reason));
    }
    for (ChannelEnd channel : core.channels()) {
      if (!kept.contains(channel.migrationId())) {
        core.reset(channel, ResetCode.SESSION, reason);
      }
    }
    return Optional.empty();
  }

  /**
   * Resets the migrations whose guests stand still while nothing is heard of the peer; the others
   * go on. Streams that are silent count as dead here before they do elsewhere.
   */
  void giveUpSwitchovers() {
    long now = core.watch().nowNanos();
    boolean stalled = now - lookedNanos > STALL_NANOS;
    lookedNanos = now;
    long unheardNanos = core.watch().unheardNanos();
    if (stalled || unheardNanos <= settings.switchoverBudgetNanos()) {
      return;
    }
    List<ChannelEnd> channels = core.channels();
    Set<Long> over = standingStill(channels);
    String reason =
        reason(
            "the guest stood still and nothing came from the peer for ",
            unheardNanos,
            settings.switchoverBudgetNanos());
    for (ChannelEnd channel : channels) {
      if (over.contains(channel.migrationId())) {
        core.reset(channel, ResetCode.SESSION, reason);
      }
    }
  }

  private static Set<Long> standingStill(List<ChannelEnd> channels) {
    Set<Long> standing = new HashSet<>();
    for (ChannelEnd channel : channels) {
      if (channel.isSwitchover()) {
        standing.add(channel.migrationId());
      }
    }
    standing.removeAll(finishing(channels));
    return standing;
  }

  private static Set<Long> finishing(List<ChannelEnd> channels) {
    Set<Long> finishing = new HashSet<>();
    for (ChannelEnd channel : channels) {
      if (channel.isVerdictOpen()) {
        finishing.add(channel.migrationId());
      }
    }
    return finishing;
  }

  private static String reason(String what, long nanos, long budgetNanos) {
    return what + nanos / 1_000_000 + " ms, budget " + budgetNanos / 1_000_000 + " ms";
  }
}
