package io.novacron.dwcp.relay;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** A step in the life of a migration. Each one begins with Requested and ends with Ended. */
public sealed interface MigrationEvent {
  /**
   * Who migrates, and whether we carry it.
   *
   * @param qcow2Files the paths of its disks that are qcow2 files on the destination
   */
  record Subject(
      String destinationName,
      Optional<UUID> uuid,
      MigrationFlags flags,
      CarryDecision decision,
      List<String> qcow2Files) {
    /** Copies the list. */
    public Subject {
      qcow2Files = List.copyOf(qcow2Files);
    }

    /** Of which no disk is known. */
    public Subject(
        String destinationName, Optional<UUID> uuid, MigrationFlags flags, CarryDecision decision) {
      this(destinationName, uuid, flags, decision, List.of());
    }
  }

  /** Prepare was asked. */
  record Requested(Subject subject) implements MigrationEvent {}

  /**
   * The destination listens on these ports of its own; data connections may come. Without a memory
   * port there is none to serve (tunnelled, offline, RDMA, a UNIX socket).
   */
  record Prepared(Subject subject, OptionalInt memoryPort, OptionalInt nbdPort)
      implements MigrationEvent {}

  /** The source asked for the end; data connections that are open stay until they close. */
  record Finishing(Subject subject, boolean cancelled) implements MigrationEvent {}

  record Ended(Subject subject, MigrationOutcome outcome, String reason)
      implements MigrationEvent {}

  /** A message passed untouched because it could not be read: that migration is not followed. */
  record NotUnderstood(String what) implements MigrationEvent {}
}
