package io.novacron.dwcp.relay;

import io.novacron.dwcp.relay.MigrationEvent.Subject;
import java.util.OptionalInt;

/** What the reply to a Prepare call means. */
sealed interface PrepareOutcome {
  record Listening(PrepareReply reply) implements PrepareOutcome {}

  /**
   * Accepted, but no port of ours to serve: tunnelled, offline, RDMA, a UNIX socket, unreadable.
   */
  record NoPorts(String reason) implements PrepareOutcome {}

  record Refused(String reason) implements PrepareOutcome {}

  static PrepareOutcome of(RpcMessage message, PrepareCall call) {
    if (message.header().status() != RpcStatus.OK) {
      return new Refused(RpcError.describe(message));
    }
    if (message.header().procedure() == RemoteProgram.DOMAIN_MIGRATE_PREPARE_TUNNEL3_PARAMS) {
      return new NoPorts("tunnelled");
    }
    try {
      return new Listening(PrepareReply.parse(message, call));
    } catch (RpcException e) {
      return new NoPorts(e.problem());
    }
  }

  default MigrationEvent event(Subject subject) {
    return switch (this) {
      case Listening(PrepareReply reply) ->
          new MigrationEvent.Prepared(subject, OptionalInt.of(reply.memoryPort()), reply.nbdPort());
      case NoPorts ignored ->
          new MigrationEvent.Prepared(subject, OptionalInt.empty(), OptionalInt.empty());
      case Refused(String reason) ->
          new MigrationEvent.Ended(subject, MigrationOutcome.REFUSED, reason);
    };
  }
}
