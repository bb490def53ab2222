package io.novacron.dwcp.relay;

import io.novacron.dwcp.relay.MigrationEvent.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The migrations of one connection. libvirt's p2p uses one connection for each; a kept connection
 * sees one after the other or several at once, which the reply's serial and the guest's name on the
 * destination tell apart.
 */
final class MigrationLedger {
  /**
   * libvirt lets one connection have 5 calls open (max_client_requests); far above any real use.
   */
  static final int MAX_MIGRATIONS = 64;

  record Preparing(PrepareCall call, Subject subject) {}

  record Active(Subject subject, Optional<PrepareReply> reply) {
    /** Whether its disks go through this daemon. */
    boolean carriesDisks() {
      boolean isCarried = subject.decision() instanceof CarryDecision.Carry;
      return isCarried && reply.filter(each -> each.nbdPort().isPresent()).isPresent();
    }
  }

  private record Finishing(Active migration, boolean cancelled) {}

  private final Map<Integer, Preparing> preparing = new LinkedHashMap<>();
  private final Map<String, Active> active = new LinkedHashMap<>();
  private final Map<Integer, Finishing> finishing = new LinkedHashMap<>();

  boolean isFull() {
    return preparing.size() + active.size() + finishing.size() >= MAX_MIGRATIONS;
  }

  /** The migrations whose Prepare was answered and whose Finish was not. */
  List<Active> listening() {
    List<Active> all = new ArrayList<>(active.values());
    finishing.values().forEach(each -> all.add(each.migration()));
    return all;
  }

  /** Whether the disks of any of them go through this daemon. */
  boolean carriesDisks() {
    return listening().stream().anyMatch(Active::carriesDisks);
  }

  List<MigrationEvent> begin(PrepareCall call, Subject subject) {
    List<MigrationEvent> events = new ArrayList<>();
    Active old = active.remove(subject.destinationName());
    if (old != null) {
      events.add(ended(old, MigrationOutcome.SUPERSEDED, "Prepare came again without a Finish"));
    }
    preparing.put(call.header().serial(), new Preparing(call, subject));
    events.add(new MigrationEvent.Requested(subject));
    return events;
  }

  /** The Prepare call that this reply answers, once. */
  Optional<Preparing> answered(RpcHeader reply) {
    Preparing found = preparing.get(reply.serial());
    if (found == null || found.call().header().procedure() != reply.procedure()) {
      return Optional.empty();
    }
    preparing.remove(reply.serial());
    return Optional.of(found);
  }

  void activate(Preparing prepared, Optional<PrepareReply> reply) {
    active.put(prepared.subject().destinationName(), new Active(prepared.subject(), reply));
  }

  /** A Finish that names no guest means the only one there is. */
  Optional<Active> find(FinishCall call) {
    String only = active.size() == 1 ? active.keySet().iterator().next() : null;
    String name = call.destinationName().orElse(only);
    return name == null ? Optional.empty() : Optional.ofNullable(active.get(name));
  }

  Optional<MigrationEvent> finish(FinishCall call) {
    Active found = find(call).orElse(null);
    if (found == null) {
      return Optional.empty();
    }
    active.remove(found.subject().destinationName());
    finishing.put(call.header().serial(), new Finishing(found, call.isCancelled()));
    return Optional.of(new MigrationEvent.Finishing(found.subject(), call.isCancelled()));
  }

  Optional<MigrationEvent> finished(RpcMessage reply) {
    Finishing found = finishing.remove(reply.header().serial());
    return found == null ? Optional.empty() : Optional.of(ended(found, reply));
  }

  /** After this the ledger is empty. */
  List<MigrationEvent> close() {
    List<MigrationEvent> events = new ArrayList<>();
    preparing
        .values()
        .forEach(each -> events.add(aborted(each.subject(), "before Prepare was answered")));
    active.values().forEach(each -> events.add(aborted(each.subject(), "before Finish")));
    finishing.values().forEach(each -> events.add(closedWhileFinishing(each)));
    preparing.clear();
    active.clear();
    finishing.clear();
    return events;
  }

  private static MigrationEvent ended(Finishing finishing, RpcMessage reply) {
    if (finishing.cancelled()) {
      return ended(finishing.migration(), MigrationOutcome.CANCELLED, "the source cancelled");
    }
    return reply.header().status() == RpcStatus.OK
        ? ended(
            finishing.migration(), MigrationOutcome.COMPLETED, "the guest runs at the destination")
        : ended(finishing.migration(), MigrationOutcome.FAILED, RpcError.describe(reply));
  }

  private static MigrationEvent closedWhileFinishing(Finishing each) {
    return each.cancelled()
        ? aborted(each.migration().subject(), "after the source cancelled")
        : ended(
            each.migration(),
            MigrationOutcome.UNKNOWN,
            "connection closed before Finish was answered");
  }

  private static MigrationEvent ended(Active each, MigrationOutcome outcome, String reason) {
    return new MigrationEvent.Ended(each.subject(), outcome, reason);
  }

  private static MigrationEvent aborted(Subject subject, String when) {
    return new MigrationEvent.Ended(subject, MigrationOutcome.ABORTED, "connection closed " + when);
  }
}
