package io.novacron.dwcp.relay;

import io.novacron.dwcp.relay.CarryDecision.Carry;
import io.novacron.dwcp.relay.CarryDecision.Plain;
import io.novacron.dwcp.relay.MigrationEvent.Subject;
import io.novacron.dwcp.relay.MigrationLedger.Active;
import io.novacron.dwcp.relay.MigrationLedger.Preparing;
import io.novacron.dwcp.relay.RelayAction.AnnouncePorts;
import io.novacron.dwcp.relay.RelayAction.Answer;
import io.novacron.dwcp.relay.RelayAction.AwaitDisks;
import io.novacron.dwcp.relay.RelayAction.Forward;
import io.novacron.dwcp.relay.RelayAction.Report;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The source daemon's part in one connection that the local libvirt (or virsh) opened to a peer: it
 * rewrites the Prepare call and its reply, and follows each migration to its end.
 *
 * <p>Each input is answered by exactly one {@link Forward}, {@link AnnouncePorts} or {@link
 * Answer}, or by {@link AwaitDisks}, and by the reports that belong before or behind it. One thread
 * at a time. Nothing here throws on bad input.
 */
public final class SourceRelay {
  private final RelayPolicy policy;
  private final KeepaliveResponder keepalive = new KeepaliveResponder();
  private final MigrationLedger ledger = new MigrationLedger();

  public SourceRelay(RelayPolicy policy) {
    this.policy = policy;
  }

  /** Bytes from the local libvirt towards the peer. */
  public List<RelayAction> fromSource(RpcInput input) {
    return switch (input) {
      case OpaqueBytes opaque -> List.of(unread(opaque));
      case RpcFragment fragment -> List.of(new Forward(fragment.bytes()));
      case RpcMessage message -> call(message);
    };
  }

  /** Bytes from the peer towards the local libvirt. */
  public List<RelayAction> fromPeer(RpcInput input) {
    return switch (input) {
      case OpaqueBytes opaque -> List.of(new Forward(opaque.bytes()));
      case RpcFragment fragment -> List.of(new Forward(fragment.bytes()));
      case RpcMessage message -> reply(message);
    };
  }

  /** Either side closed: the end of every migration that had none yet. */
  public List<MigrationEvent> closed() {
    return ledger.close();
  }

  private List<RelayAction> call(RpcMessage message) {
    if (RemoteProgram.isPrepare(message.header(), RpcType.CALL)) {
      return prepare(message);
    }
    if (message.header().isCall(RemoteProgram.DOMAIN_MIGRATE_FINISH3_PARAMS)) {
      return finish(message);
    }
    Optional<ByteBuffer> pong = keepalive.answer(message);
    if (pong.isPresent() && policy.dataPath().isDown()) {
      return List.of(new Answer(pong.get()));
    }
    return untouched(message);
  }

  private List<RelayAction> prepare(RpcMessage message) {
    try {
      PrepareCall call = PrepareCall.parse(message);
      Optional<String> name = call.destinationName();
      if (name.isEmpty() || ledger.isFull()) {
        String why = name.isEmpty() ? "it names no guest" : "too many migrations at once";
        return withReport(message, "Prepare call not followed: " + why);
      }
      Subject subject = subject(call, name.get(), CarryRules.decide(call, policy));
      ByteBuffer bytes = bytes(message, call, subject.decision());
      List<RelayAction> actions = reports(ledger.begin(call, subject));
      actions.add(new Forward(bytes));
      return actions;
    } catch (RpcException e) {
      return withReport(message, "Prepare call not understood: " + e.problem());
    }
  }

  private static Subject subject(PrepareCall call, String name, CarryDecision decision) {
    return new Subject(name, call.uuid(), call.flags(), decision, call.qcow2Files());
  }

  private static ByteBuffer bytes(RpcMessage message, PrepareCall call, CarryDecision decision)
      throws RpcException {
    return switch (decision) {
      case Carry() -> call.rewritten();
      case Plain plain -> call.namesDwcp() ? call.plain() : message.bytes();
    };
  }

  /** What starts the guest at the destination waits for its disks. */
  private List<RelayAction> finish(RpcMessage message) {
    try {
      FinishCall call = FinishCall.parse(message);
      Optional<Active> found = ledger.find(call);
      boolean hasDisks = found.map(Active::carriesDisks).orElse(ledger.carriesDisks());
      return hasDisks && !call.isCancelled()
          ? List.of(new AwaitDisks(found.map(Active::subject), message))
          : passed(call, message.bytes());
    } catch (RpcException e) {
      String what = "Finish call not understood: " + e.problem();
      return List.of(new Report(new MigrationEvent.NotUnderstood(what)), unread(message));
    }
  }

  private List<RelayAction> passed(FinishCall call, ByteBuffer bytes) {
    List<RelayAction> actions = new ArrayList<>();
    ledger.finish(call).ifPresent(e -> actions.add(new Report(e)));
    actions.add(new Forward(bytes));
    return actions;
  }

  /** Bytes that may start a guest at the destination without our seeing which. */
  private RelayAction unread(RpcInput input) {
    return ledger.carriesDisks()
        ? new AwaitDisks(Optional.empty(), input)
        : new Forward(input.bytes());
  }

  /**
   * What becomes of an input that {@link AwaitDisks} held back.
   *
   * @param areLost whether the guest must not run at the destination: then a Finish call is passed
   *     on cancelled, and libvirt lets the source run on
   * @return empty where the connection has to be closed, so that the destination's libvirt destroys
   *     the incoming guest
   */
  public List<RelayAction> afterDisks(AwaitDisks awaited, boolean areLost) {
    try {
      if (awaited.input() instanceof RpcMessage message) {
        FinishCall call = FinishCall.parse(message);
        FinishCall passing = areLost ? call.cancelledCall() : call;
        return passed(passing, areLost ? passing.encoded() : message.bytes());
      }
    } catch (RpcException e) {
      // As for bytes in which no Finish call can be seen.
    }
    return areLost ? List.of() : List.of(new Forward(awaited.input().bytes()));
  }

  private List<RelayAction> reply(RpcMessage message) {
    if (RemoteProgram.isPrepare(message.header(), RpcType.REPLY)) {
      Optional<Preparing> prepared = ledger.answered(message.header());
      return prepared.isEmpty() ? untouched(message) : prepared(message, prepared.get());
    }
    List<RelayAction> actions = untouched(message);
    if (message.header().isReply(RemoteProgram.DOMAIN_MIGRATE_FINISH3_PARAMS)) {
      ledger.finished(message).ifPresent(e -> actions.add(new Report(e)));
    }
    return actions;
  }

  private List<RelayAction> prepared(RpcMessage message, Preparing asked) {
    Subject subject = asked.subject();
    List<RelayAction> actions = new ArrayList<>();
    PrepareOutcome outcome = PrepareOutcome.of(message, asked.call());
    switch (outcome) {
      case PrepareOutcome.Listening(PrepareReply reply) -> {
        ledger.activate(asked, Optional.of(reply));
        actions.add(
            subject.decision() instanceof Carry
                ? new AnnouncePorts(reply, subject)
                : new Forward(message.bytes()));
      }
      case PrepareOutcome.NoPorts ignored -> {
        ledger.activate(asked, Optional.empty());
        actions.add(new Forward(message.bytes()));
      }
      case PrepareOutcome.Refused ignored -> actions.add(new Forward(message.bytes()));
    }
    actions.add(new Report(outcome.event(subject)));
    return actions;
  }

  private static List<RelayAction> untouched(RpcMessage message) {
    List<RelayAction> actions = new ArrayList<>();
    actions.add(new Forward(message.bytes()));
    return actions;
  }

  private static List<RelayAction> withReport(RpcMessage message, String what) {
    return List.of(
        new Report(new MigrationEvent.NotUnderstood(what)), new Forward(message.bytes()));
  }

  private static List<RelayAction> reports(List<MigrationEvent> events) {
    List<RelayAction> actions = new ArrayList<>();
    events.forEach(event -> actions.add(new Report(event)));
    return actions;
  }
}
