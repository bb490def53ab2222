package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.util.Optional;

/** What the source's daemon does next, in the order given. */
public sealed interface RelayAction {
  /** Pass these bytes on in the direction of the message they answer for. */
  record Forward(ByteBuffer bytes) implements RelayAction {}

  /**
   * Send these bytes back to where the message came from, between two messages only, and pass
   * nothing on.
   */
  record Answer(ByteBuffer bytes) implements RelayAction {}

  /**
   * Open a loopback listener for each port of the reply, then pass {@link PrepareReply#rewritten}
   * on to the source. Until then nothing else goes to the source. If no listener can be opened,
   * close both sides of this connection: the destination's QEMU listens on loopback already, so the
   * migration cannot become a plain one; libvirt drops the incoming guest and the source runs on.
   */
  record AnnouncePorts(PrepareReply reply, MigrationEvent.Subject subject) implements RelayAction {}

  /**
   * Pass nothing on to the peer until every write to a disk that QEMU was told to be done is
   * answered by the destination's QEMU, without an error, or one is lost, or they take too long.
   * Then ask {@link SourceRelay#afterDisks} what to do.
   *
   * @param subject whose disks; empty where the input does not tell: those of all migrations of the
   *     connection
   * @param input what may start a guest at the destination
   */
  record AwaitDisks(Optional<MigrationEvent.Subject> subject, RpcInput input)
      implements RelayAction {}

  /** Tell whoever follows migrations. */
  record Report(MigrationEvent event) implements RelayAction {}
}
