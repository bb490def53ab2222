package io.novacron.dwcp.relay;

import static io.novacron.dwcp.relay.SampleMessages.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.novacron.dwcp.relay.CarryDecision.Carry;
import io.novacron.dwcp.relay.MigrationEvent.Ended;
import io.novacron.dwcp.relay.MigrationEvent.Prepared;
import io.novacron.dwcp.relay.MigrationEvent.Requested;
import io.novacron.dwcp.relay.RelayAction.AnnouncePorts;
import io.novacron.dwcp.relay.RelayAction.AwaitDisks;
import io.novacron.dwcp.relay.RelayAction.Forward;
import io.novacron.dwcp.relay.RelayAction.Report;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SourceRelayTest {
  private static final String NBD_COOKIE = "<qemu-migration><nbd port='49153'/></qemu-migration>\0";
  private Optional<String> problem = Optional.empty();
  private boolean isDown;
  private final SourceRelay relay =
      new SourceRelay(
          new RelayPolicy(
              "host-a",
              Optional.empty(),
              new RelayPolicy.DataPath() {
                @Override
                public Optional<String> problem() {
                  return problem;
                }

                @Override
                public boolean isDown() {
                  return isDown;
                }
              }));

  @Test
  void carriesAMigrationToItsEnd() throws RpcException {
    RpcMessage prepare = SampleMessages.prepare(5, 1);
    List<RelayAction> asked = relay.fromSource(prepare);
    Requested requested = assertInstanceOf(Requested.class, reported(asked).getFirst());
    assertEquals(new Carry(), requested.subject().decision());
    assertEquals(List.of(PrepareCall.parse(prepare).rewritten()), forwarded(asked));

    List<RelayAction> answered =
        relay.fromPeer(SampleMessages.prepareReply(5, NBD_COOKIE, Optional.of("tcp:b:49152")));
    AnnouncePorts announce = assertInstanceOf(AnnouncePorts.class, answered.getFirst());
    assertEquals(49152, announce.reply().memoryPort());
    assertEquals(OptionalInt.of(49153), announce.reply().nbdPort());
    assertEquals(List.of(), forwarded(answered));
    assertEquals(
        List.of(new Prepared(requested.subject(), OptionalInt.of(49152), OptionalInt.of(49153))),
        reported(answered));

    RpcMessage finish = SampleMessages.finish(6, false, text("destination_name", "guest"));
    AwaitDisks awaited = new AwaitDisks(Optional.of(requested.subject()), finish);
    assertEquals(List.of(awaited), relay.fromSource(finish));
    List<RelayAction> passed = relay.afterDisks(awaited, false);
    assertEquals(
        List.of(new MigrationEvent.Finishing(requested.subject(), false)), reported(passed));
    assertEquals(List.of(finish.bytes()), forwarded(passed));
    assertEquals(
        List.of(MigrationOutcome.COMPLETED),
        outcomes(relay.fromPeer(SampleMessages.finishReply(6))));
    assertEquals(List.of(), relay.closed());
  }

  @Test
  void letsACancelledFinishPassWhateverItsDisksDo() {
    preparedWithDisks();
    finish(6, true, "guest");
  }

  @Test
  void letsAGuestWithoutDisksFinishWhileAnotherCopiesItsOwn() {
    preparedWithDisks();
    prepared(7, "other");
    finish(8, false, "other");
  }

  @Test
  void awaitsAllDisksForAFinishOfAnUnknownGuestOrOneItCannotRead() {
    preparedWithDisks();
    RpcMessage stranger = SampleMessages.finish(6, false, text("destination_name", "stranger"));
    RpcMessage whole = SampleMessages.finish(7, false, text("destination_name", "guest"));
    RpcMessage cut = SampleMessages.whole(whole.bytes().slice(0, whole.bytes().remaining() - 4));

    AwaitDisks unknown = assertInstanceOf(AwaitDisks.class, relay.fromSource(stranger).getLast());
    AwaitDisks unread = assertInstanceOf(AwaitDisks.class, relay.fromSource(cut).getLast());

    assertEquals(Optional.empty(), unknown.subject());
    assertEquals(new AwaitDisks(Optional.empty(), cut), unread);
    assertEquals(List.of(new Forward(cut.bytes())), relay.afterDisks(unread, false));
    assertEquals(List.of(), relay.afterDisks(unread, true));
  }

  @Test
  void passesAFinishOnCancelledWhenAWriteToADiskIsLost() {
    preparedWithDisks();
    RpcMessage finish = SampleMessages.finish(6, false, text("destination_name", "guest"));
    AwaitDisks awaited = assertInstanceOf(AwaitDisks.class, relay.fromSource(finish).getLast());

    List<RelayAction> passed = relay.afterDisks(awaited, true);

    RpcMessage cancelled = SampleMessages.finish(6, true, text("destination_name", "guest"));
    assertEquals(List.of(cancelled.bytes()), forwarded(passed));
    assertEquals(
        List.of(MigrationOutcome.CANCELLED),
        outcomes(relay.fromPeer(SampleMessages.error(306, 6, "cause is unknown"))));
  }

  @Test
  void callsAMigrationAbortedWhoseFinishNeverPassed() {
    preparedWithDisks();
    relay.fromSource(SampleMessages.finish(6, false, text("destination_name", "guest")));

    assertEquals(List.of(MigrationOutcome.ABORTED), ends(relay.closed()));
  }

  @Test
  void awaitsAllDisksForBytesThatMayBeAFinish() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3});
    OpaqueBytes opaque = new OpaqueBytes(bytes, "encrypted");
    assertEquals(List.of(new Forward(bytes)), relay.fromSource(opaque));
    preparedWithDisks();

    assertEquals(List.of(new AwaitDisks(Optional.empty(), opaque)), relay.fromSource(opaque));
    assertEquals(List.of(), relay.afterDisks(new AwaitDisks(Optional.empty(), opaque), true));
  }

  private void preparedWithDisks() {
    relay.fromSource(named(5, "guest"));
    relay.fromPeer(SampleMessages.prepareReply(5, NBD_COOKIE, Optional.of("tcp:b:49152")));
  }

  @Test
  void forwardsEveryByteOfAPlainMigration() {
    problem = Optional.of("peer not reached");
    RpcMessage prepare = SampleMessages.prepare(5, 1, text("migrate_uri", "tcp://b"));
    assertEquals(List.of(prepare.bytes()), forwarded(relay.fromSource(prepare)));
    RpcMessage reply = SampleMessages.prepareReply(5, NBD_COOKIE, Optional.of("tcp://b:49152"));
    assertEquals(List.of(reply.bytes()), forwarded(relay.fromPeer(reply)));
    RpcMessage finish = SampleMessages.finish(6, false, text("destination_name", "guest"));
    assertEquals(List.of(finish.bytes()), forwarded(relay.fromSource(finish)));
    RpcMessage end = SampleMessages.finishReply(6);
    List<RelayAction> ended = relay.fromPeer(end);
    assertEquals(List.of(end.bytes()), forwarded(ended));
    assertEquals(List.of(MigrationOutcome.COMPLETED), outcomes(ended));
  }

  @Test
  void givesLibvirtAUriItKnowsWhenADwcpMigrationMustBePlain() throws RpcException {
    problem = Optional.of("peer not reached");
    RpcMessage prepare = SampleMessages.prepare(5, 1, text("migrate_uri", "dwcp://b"));
    assertEquals(
        List.of(SampleMessages.prepare(5, 1, text("migrate_uri", "tcp://b")).bytes()),
        forwarded(relay.fromSource(prepare)));
  }

  @Test
  void tellsWhyPrepareWasRefused() {
    relay.fromSource(SampleMessages.prepare(5, 1));
    RpcMessage error = SampleMessages.error(303, 5, "domain 'guest' already exists");
    List<RelayAction> actions = relay.fromPeer(error);
    assertEquals(List.of(error.bytes()), forwarded(actions));
    Ended ended = assertInstanceOf(Ended.class, reported(actions).getFirst());
    assertEquals(MigrationOutcome.REFUSED, ended.outcome());
    assertEquals("domain 'guest' already exists", ended.reason());
    assertEquals(List.of(), relay.closed());
  }

  @Test
  void seesACancelledMigration() {
    prepared(5, "guest");
    finish(6, true, "guest");
    assertEquals(
        List.of(MigrationOutcome.CANCELLED),
        outcomes(relay.fromPeer(SampleMessages.error(306, 6, "cause is unknown"))));
  }

  @Test
  void seesAFinishThatFailed() {
    prepared(5, "guest");
    finish(6, false, "guest");
    assertEquals(
        List.of(MigrationOutcome.FAILED),
        outcomes(relay.fromPeer(SampleMessages.error(306, 6, "guest is gone"))));
  }

  @Test
  void endsEachMigrationWhenTheConnectionCloses() {
    relay.fromSource(named(1, "asked"));
    prepared(2, "running");
    prepared(3, "ending");
    finish(4, false, "ending");
    prepared(5, "cancelling");
    finish(6, true, "cancelling");
    assertEquals(
        List.of(
            MigrationOutcome.ABORTED,
            MigrationOutcome.ABORTED,
            MigrationOutcome.UNKNOWN,
            MigrationOutcome.ABORTED),
        ends(relay.closed()));
    assertEquals(List.of(), relay.closed());
  }

  @Test
  void keepsSeveralMigrationsOfOneConnectionApart() {
    relay.fromSource(named(1, "one"));
    relay.fromSource(named(2, "two"));
    assertEquals(49160, announced(answer(2, 49160)).memoryPort());
    assertEquals(49161, announced(answer(1, 49161)).memoryPort());
    finish(3, false, "one");
    finish(4, true, "two");
    assertEquals(
        List.of(MigrationOutcome.CANCELLED),
        outcomes(relay.fromPeer(SampleMessages.error(306, 4, ""))));
    assertEquals(
        List.of(MigrationOutcome.COMPLETED),
        outcomes(relay.fromPeer(SampleMessages.finishReply(3))));
  }

  @Test
  void followsTheSameGuestTwiceOverOneConnection() {
    for (int round = 0; round < 3; round++) {
      prepared(10 * round, "guest");
      finish(10 * round + 1, false, "guest");
      assertEquals(
          List.of(MigrationOutcome.COMPLETED),
          outcomes(relay.fromPeer(SampleMessages.finishReply(10 * round + 1))));
    }
  }

  @Test
  void endsTheOldMigrationWhenPrepareComesAgain() {
    prepared(1, "guest");
    List<RelayAction> again = relay.fromSource(named(2, "guest"));
    assertEquals(List.of(MigrationOutcome.SUPERSEDED), outcomes(again));
    assertInstanceOf(Requested.class, reported(again).getLast());
  }

  @Test
  void answersKeepalivesInThePlaceOfAPeerThatCannotBeReached() {
    RpcMessage ping = SampleMessages.whole(Keepalive.PING.encode());
    RpcMessage pong = SampleMessages.whole(Keepalive.PONG.encode());
    problem = Optional.of("no session: a plain connection");
    assertEquals(List.of(new Forward(ping.bytes())), relay.fromSource(ping));
    isDown = true;
    assertEquals(List.of(new RelayAction.Answer(Keepalive.PONG.encode())), relay.fromSource(ping));
    assertEquals(List.of(new Forward(pong.bytes())), relay.fromSource(pong));
    assertEquals(List.of(new Forward(ping.bytes())), relay.fromPeer(ping));
  }

  @Test
  void leavesAReplyAloneThatNobodyAskedFor() {
    RpcMessage reply = SampleMessages.prepareReply(5, NBD_COOKIE, Optional.of("tcp:b:49152"));
    assertEquals(List.of(new Forward(reply.bytes())), relay.fromPeer(reply));
    RpcMessage finish = SampleMessages.finish(6, false, text("destination_name", "stranger"));
    assertEquals(List.of(new Forward(finish.bytes())), relay.fromSource(finish));
    assertEquals(
        List.of(new Forward(SampleMessages.finishReply(6).bytes())),
        relay.fromPeer(SampleMessages.finishReply(6)));
  }

  @Test
  void forwardsACallThatItCannotReadAndSaysSo() {
    ByteBuffer bytes = SampleMessages.prepare(5, 1).bytes();
    RpcMessage cut = SampleMessages.whole(bytes.slice(0, bytes.remaining() - 4));
    List<RelayAction> actions = relay.fromSource(cut);
    assertEquals(List.of(cut.bytes()), forwarded(actions));
    assertInstanceOf(MigrationEvent.NotUnderstood.class, reported(actions).getFirst());
  }

  @Test
  void followsATunnelledMigrationWithoutTouchingIt() {
    RpcMessage call = SampleMessages.prepare(304, 5, 4, SampleMessages.SOURCE_COOKIE);
    List<RelayAction> asked = relay.fromSource(call);
    assertEquals(List.of(call.bytes()), forwarded(asked));
    XdrWriter payload = new XdrWriter();
    payload.opaque(SampleMessages.latin1(""));
    RpcMessage reply =
        SampleMessages.message(SampleMessages.header(304, RpcType.REPLY, 5, RpcStatus.OK), payload);
    List<RelayAction> answered = relay.fromPeer(reply);
    assertEquals(List.of(reply.bytes()), forwarded(answered));
    Prepared prepared = assertInstanceOf(Prepared.class, reported(answered).getFirst());
    assertEquals(OptionalInt.empty(), prepared.memoryPort());
  }

  @Test
  void followsNoMoreMigrationsThanItsLimit() {
    for (int i = 0; i < MigrationLedger.MAX_MIGRATIONS; i++) {
      relay.fromSource(named(i, "guest-" + i));
    }
    RpcMessage tooMany = named(1000, "one-more");
    List<RelayAction> actions = relay.fromSource(tooMany);
    assertEquals(List.of(tooMany.bytes()), forwarded(actions));
    assertInstanceOf(MigrationEvent.NotUnderstood.class, reported(actions).getFirst());
  }

  private static RpcMessage named(int serial, String name) {
    return SampleMessages.prepare(serial, 1, text("destination_name", name));
  }

  private List<RelayAction> answer(int serial, int port) {
    return relay.fromPeer(
        SampleMessages.prepareReply(serial, "<qemu-migration/>", Optional.of("tcp:b:" + port)));
  }

  private void prepared(int serial, String name) {
    relay.fromSource(named(serial, name));
    answer(serial, 49152);
  }

  private void finish(int serial, boolean cancelled, String name) {
    RpcMessage finish = SampleMessages.finish(serial, cancelled, text("destination_name", name));
    List<RelayAction> actions = relay.fromSource(finish);
    assertEquals(List.of(finish.bytes()), forwarded(actions));
    assertInstanceOf(MigrationEvent.Finishing.class, reported(actions).getFirst());
  }

  private static PrepareReply announced(List<RelayAction> actions) {
    return assertInstanceOf(AnnouncePorts.class, actions.getFirst()).reply();
  }

  static List<ByteBuffer> forwarded(List<RelayAction> actions) {
    List<ByteBuffer> bytes = new ArrayList<>();
    for (RelayAction action : actions) {
      if (action instanceof Forward(ByteBuffer forwarded)) {
        bytes.add(forwarded);
      }
    }
    return bytes;
  }

  static List<MigrationEvent> reported(List<RelayAction> actions) {
    List<MigrationEvent> events = new ArrayList<>();
    for (RelayAction action : actions) {
      if (action instanceof Report(MigrationEvent event)) {
        events.add(event);
      }
    }
    return events;
  }

  private static List<MigrationOutcome> outcomes(List<RelayAction> actions) {
    return ends(reported(actions));
  }

  static List<MigrationOutcome> ends(List<MigrationEvent> events) {
    List<MigrationOutcome> outcomes = new ArrayList<>();
    for (MigrationEvent event : events) {
      if (event instanceof Ended ended) {
        outcomes.add(ended.outcome());
      }
    }
    return outcomes;
  }
}
