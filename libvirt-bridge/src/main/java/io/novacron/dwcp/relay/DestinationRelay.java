package io.novacron.dwcp.relay;

import io.novacron.dwcp.relay.MigrationEvent.Subject;
import io.novacron.dwcp.relay.MigrationLedger.Preparing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The destination daemon's view of the same connection. It changes nothing; it learns from the
 * local libvirt's own replies which loopback ports a migration opened, so that the daemon connects
 * to no other whatever the peer asks for.
 *
 * <p>Give it an input before passing the bytes on: the ports count before the source can know them.
 * One thread at a time. Nothing here throws on bad input.
 */
public final class DestinationRelay {
  private final MigrationLedger ledger = new MigrationLedger();

  /** Bytes from the source's daemon towards the local libvirt. */
  public List<MigrationEvent> fromSource(RpcInput input) {
    return input instanceof RpcMessage message ? call(message) : List.of();
  }

  /** Bytes from the local libvirt towards the source's daemon. */
  public List<MigrationEvent> fromLibvirt(RpcInput input) {
    return input instanceof RpcMessage message ? reply(message) : List.of();
  }

  /** Either side closed: the end of every migration that had none yet; no port counts any more. */
  public List<MigrationEvent> closed() {
    return ledger.close();
  }

  /**
   * The local ports to which new data connections of this connection's carried migrations may go. A
   * migration's ports go with its end, and connections that are open stay until they close.
   */
  public Set<Integer> announcedPorts() {
    Set<Integer> ports = new TreeSet<>();
    for (MigrationLedger.Active each : ledger.listening()) {
      if (each.subject().decision() instanceof CarryDecision.Carry) {
        each.reply()
            .ifPresent(reply -> {
              ports.add(reply.memoryPort());
              reply.nbdPort().ifPresent(ports::add);
            });
      }
    }
    return ports;
  }

  private List<MigrationEvent> call(RpcMessage message) {
    try {
      if (RemoteProgram.isPrepare(message.header(), RpcType.CALL)) {
        return prepare(PrepareCall.parse(message));
      }
      if (message.header().isCall(RemoteProgram.DOMAIN_MIGRATE_FINISH3_PARAMS)) {
        return ledger.finish(FinishCall.parse(message)).map(List::of).orElse(List.of());
      }
      return List.of();
    } catch (RpcException e) {
      return List.of(new MigrationEvent.NotUnderstood(e.problem()));
    }
  }

  private List<MigrationEvent> prepare(PrepareCall call) throws RpcException {
    if (ledger.isFull()) {
      throw new RpcException("too many migrations at once");
    }
    String name =
        call.destinationName().orElseThrow(() -> new RpcException("the call names no guest"));
    return ledger.begin(call, subject(call, name));
  }

  private static Subject subject(PrepareCall call, String name) {
    return new Subject(name, call.uuid(), call.flags(), decision(call), call.qcow2Files());
  }

  /** The source's daemon decides; what it decided shows in the call. */
  private static CarryDecision decision(PrepareCall call) {
    return call.listenAddress().filter(PrepareCall.CARRIED_LISTEN_ADDRESS::equals).isPresent()
        ? new CarryDecision.Carry()
        : new CarryDecision.Plain("the source's daemon left the call alone");
  }

  private List<MigrationEvent> reply(RpcMessage message) {
    if (RemoteProgram.isPrepare(message.header(), RpcType.REPLY)) {
      return ledger.answered(message.header()).map(p -> prepared(message, p)).orElse(List.of());
    }
    if (message.header().isReply(RemoteProgram.DOMAIN_MIGRATE_FINISH3_PARAMS)) {
      return ledger.finished(message).map(List::of).orElse(List.of());
    }
    return List.of();
  }

  private List<MigrationEvent> prepared(RpcMessage message, Preparing asked) {
    PrepareOutcome outcome = PrepareOutcome.of(message, asked.call());
    switch (outcome) {
      case PrepareOutcome.Listening(PrepareReply reply) ->
          ledger.activate(asked, Optional.of(reply));
      case PrepareOutcome.NoPorts ignored -> ledger.activate(asked, Optional.empty());
      case PrepareOutcome.Refused ignored -> {
        // Nothing listens.
      }
    }
    List<MigrationEvent> events = new ArrayList<>();
    events.add(outcome.event(asked.subject()));
    return events;
  }
}
