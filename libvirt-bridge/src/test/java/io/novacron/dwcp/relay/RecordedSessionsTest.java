package io.novacron.dwcp.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.relay.CarryDecision.Carry;
import io.novacron.dwcp.relay.MigrationEvent.Ended;
import io.novacron.dwcp.relay.MigrationEvent.Prepared;
import io.novacron.dwcp.relay.MigrationEvent.Requested;
import io.novacron.dwcp.relay.RelayAction.AnnouncePorts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Real sessions of libvirt 9.0 with QEMU 7.2 and of libvirt 11.3 with QEMU 10.0. */
class RecordedSessionsTest {
  private static final List<String> KINDS =
      List.of(
          "aborted",
          "direct",
          "disks",
          "dwcp-uri",
          "keepalive",
          "offline",
          "p2p",
          "parallel",
          "postcopy",
          "prepare-refused",
          "tcp-uri-port",
          "tunnelled-start",
          "unhealthy");
  private static final RelayPolicy HEALTHY =
      new RelayPolicy("host-a", Optional.empty(), Optional::empty);
  private static final RelayPolicy UNHEALTHY =
      new RelayPolicy("host-a", Optional.empty(), () -> Optional.of("told so"));

  static List<RecordedSession> sessions() {
    List<RecordedSession> all = new ArrayList<>();
    for (String release : List.of("libvirt-9.0", "libvirt-11.3")) {
      KINDS.forEach(kind -> all.add(RecordedSession.load(release + "-" + kind)));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void keepsEveryByteInOrderWhenEachByteComesAlone(RecordedSession session) {
    for (boolean fromSource : new boolean[] {true, false}) {
      ByteBuffer bytes = session.direction(fromSource);
      RpcMessageReader reader = new RpcMessageReader();
      List<RpcInput> inputs = new ArrayList<>();
      for (int i = 0; i < bytes.remaining(); i++) {
        inputs.addAll(reader.push(bytes.slice(i, 1)));
      }
      ByteBuffer out =
          RpcMessageReaderTest.concat(
              List.of(RpcMessageReaderTest.joined(inputs), reader.unfinished()));
      assertEquals(bytes, out);
      assertEquals(Optional.empty(), reader.opaqueReason());
    }
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void findsTheSameMessagesWhereverTheBytesAreSplit(RecordedSession session) {
    for (boolean fromSource : new boolean[] {true, false}) {
      ByteBuffer bytes = session.direction(fromSource);
      List<RpcMessage> expected = session.messages(fromSource);
      for (int split = 1; split < Math.min(bytes.remaining(), 12_000); split++) {
        RpcMessageReader reader = new RpcMessageReader();
        List<RpcInput> inputs = new ArrayList<>(reader.push(bytes.duplicate().limit(split)));
        inputs.addAll(reader.push(bytes.duplicate().position(split)));
        inputs.removeIf(input -> !(input instanceof RpcMessage));
        assertEquals(expected, inputs, "split at " + split);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void writesBackWhatItRead(RecordedSession session) throws RpcException {
    PrepareCall prepare = null;
    for (RpcMessage message : session.messages(true)) {
      if (RemoteProgram.isPrepare(message.header(), RpcType.CALL)) {
        prepare = PrepareCall.parse(message);
        assertEquals(message.bytes(), prepare.encoded());
      } else if (message.header().isCall(RemoteProgram.DOMAIN_MIGRATE_FINISH3_PARAMS)) {
        assertEquals(message.bytes(), FinishCall.parse(message).encoded());
      } else {
        Keepalive keepalive = Keepalive.of(message.header()).orElseThrow();
        assertEquals(message.bytes(), keepalive.encode());
      }
    }
    for (RpcMessage message : session.messages(false)) {
      RpcHeader header = message.header();
      if (header.isReply(RemoteProgram.DOMAIN_MIGRATE_PREPARE3_PARAMS)
          && header.status() == RpcStatus.OK) {
        assertEquals(message.bytes(), PrepareReply.parse(message, prepare).encoded());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void rewritesTheIntendedFieldsOnly(RecordedSession session) throws RpcException {
    Replay replay = new Replay(HEALTHY).play(session);
    if (!(replay.first(Requested.class).subject().decision() instanceof Carry)) {
      assertEquals(session.direction(true), replay.toPeer());
      assertEquals(session.direction(false), replay.toSource());
      return;
    }
    PrepareCall before = prepare(session.direction(true));
    PrepareCall after = prepare(replay.toPeer());
    TypedParameters expected = before.parameters().with("listen_address", "127.0.0.1");
    expected = before.namesDwcp() ? expected.without("migrate_uri") : expected;
    assertEquals(expected, after.parameters());
    assertEquals(
        before.encoded(),
        new PrepareCall(after.header(), before.parameters(), after.cookie(), after.flags())
            .encoded());
    assertEquals(
        withoutPrepare(session.direction(true), RpcType.CALL),
        withoutPrepare(replay.toPeer(), RpcType.CALL));
    assertEquals(
        withoutPrepare(session.direction(false), RpcType.REPLY),
        withoutPrepare(replay.toSource(), RpcType.REPLY));
    for (PrepareReply reply : replay.announced) {
      OptionalInt nbd = reply.nbdPort().isPresent() ? OptionalInt.of(7501) : reply.nbdPort();
      PrepareReply changed =
          PrepareReply.parse(SampleMessages.whole(reply.rewritten(7500, nbd)), before);
      assertEquals(Optional.of("tcp:127.0.0.1:7500"), changed.uriOut());
      assertEquals(nbd, changed.nbdPort());
      assertEquals(reply.encoded(), restored(changed, reply).encoded());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "p2p, true, COMPLETED, false",
    "direct, true, COMPLETED, false",
    "disks, true, COMPLETED, true",
    "dwcp-uri, true, COMPLETED, false",
    "parallel, true, COMPLETED, false",
    "postcopy, true, COMPLETED, false",
    "tcp-uri-port, true, COMPLETED, false",
    "aborted, true, CANCELLED, false",
    "keepalive, true, CANCELLED, false",
    "prepare-refused, true, REFUSED, false",
    "offline, false, COMPLETED, false",
    "tunnelled-start, false, ABORTED, false"
  })
  void followsEachKindOfMigrationToItsEnd(
      String kind, boolean carried, MigrationOutcome outcome, boolean nbd) throws RpcException {
    for (String release : List.of("libvirt-9.0-", "libvirt-11.3-")) {
      Replay replay = new Replay(HEALTHY).play(RecordedSession.load(release + kind));
      assertEquals(
          carried, replay.first(Requested.class).subject().decision() instanceof Carry, release);
      assertEquals(outcome, replay.first(Ended.class).outcome(), release);
      boolean announced = carried && outcome != MigrationOutcome.REFUSED;
      assertEquals(announced ? 1 : 0, replay.announced.size(), release);
      if (announced) {
        Prepared prepared = replay.first(Prepared.class);
        assertTrue(prepared.memoryPort().getAsInt() >= 49152, release);
        assertEquals(nbd, prepared.nbdPort().isPresent(), release);
      }
      assertEquals(1, replay.events.stream().filter(Ended.class::isInstance).count());
    }
  }

  @ParameterizedTest
  @CsvSource({"libvirt-9.0", "libvirt-11.3"})
  void leavesAnUnhealthyMigrationAloneButForTheSchemeThatLibvirtDoesNotKnow(String release)
      throws RpcException {
    RecordedSession session = RecordedSession.load(release + "-unhealthy");
    Replay replay = new Replay(UNHEALTHY).play(session);
    assertEquals(Optional.of("dwcp://host-b"), prepare(session.direction(true)).migrateUri());
    assertEquals(Optional.of("tcp://host-b"), prepare(replay.toPeer()).migrateUri());
    assertEquals(session.direction(false), replay.toSource());
    assertEquals(MigrationOutcome.COMPLETED, replay.first(Ended.class).outcome());
  }

  @ParameterizedTest
  @CsvSource({"libvirt-9.0", "libvirt-11.3"})
  void answersEachRecordedPingWithTheBytesThatLibvirtSent(String release) {
    RecordedSession session = RecordedSession.load(release + "-keepalive");
    KeepaliveResponder responder = new KeepaliveResponder();
    int pings = 0;
    for (boolean fromSource : new boolean[] {true, false}) {
      List<RpcMessage> pongs = keepalives(session, !fromSource, Keepalive.PONG);
      for (RpcMessage ping : keepalives(session, fromSource, Keepalive.PING)) {
        assertEquals(
            Optional.of(pongs.removeFirst().bytes()), responder.answer(ping), session.name());
        pings++;
      }
      assertEquals(List.of(), pongs);
    }
    assertTrue(pings > 0);
  }

  /** 10,000 mutations: nothing is thrown and, nothing being carried, no byte is lost. */
  @Test
  void survivesMutatedSessions() throws RpcException {
    long seed = 20_261_122L;
    Random random = new Random(seed);
    List<RecordedSession> all =
        sessions().stream().filter(s -> !s.name().contains("tunnelled")).toList();
    for (int round = 0; round < 10_000; round++) {
      RecordedSession session = all.get(random.nextInt(all.size())).copy();
      for (int i = 1 + random.nextInt(6); i > 0; i--) {
        ByteBuffer bytes = session.chunks().get(random.nextInt(session.chunks().size())).bytes();
        int at = random.nextInt(bytes.limit());
        bytes.put(at, (byte) (bytes.get(at) ^ 1 << random.nextInt(8)));
      }
      Replay carried = new Replay(HEALTHY).play(session);
      Replay plain = new Replay(UNHEALTHY).play(session);
      String where = "%s seed %d round %d".formatted(session, seed, round);
      if (carried.announced.isEmpty()) {
        assertEquals(session.direction(false), carried.toSource(), where);
      }
      assertEquals(session.direction(false), plain.toSource(), where);
      if (!session.name().contains("dwcp") && !session.name().contains("unhealthy")) {
        assertEquals(session.direction(true), plain.toPeer(), where);
      }
    }
  }

  @Test
  void findsEveryProcedureOfARealMigrationInTheAllowlist() throws IOException {
    String text = Files.readString(Path.of("RELAY.md"));
    TreeSet<Integer> seen = new TreeSet<>();
    for (RecordedSession session : sessions()) {
      for (RpcInput input : new RpcMessageReader().push(session.direction(true))) {
        if (input instanceof RpcFragment(RpcHeader header, var bytes, boolean first, var last)
            && first) {
          assertEquals(RemoteProgram.PROGRAM, header.program(), session.name());
          seen.add(header.procedure());
        }
      }
    }
    for (int procedure : seen) {
      assertTrue(text.contains("| " + procedure + " |"), "RELAY.md lacks procedure " + procedure);
    }
    assertTrue(seen.size() > 5, seen::toString);
  }

  private static List<RpcMessage> keepalives(
      RecordedSession session, boolean fromSource, Keepalive kind) {
    List<RpcMessage> found = new ArrayList<>(session.messages(fromSource));
    found.removeIf(message -> !Keepalive.of(message.header()).equals(Optional.of(kind)));
    return found;
  }

  private static PrepareReply restored(PrepareReply changed, PrepareReply original)
      throws RpcException {
    OptionalInt nbd = original.nbdPort();
    MigrationCookie cookie =
        nbd.isPresent() ? changed.cookie().withNbdPort(nbd.getAsInt()) : changed.cookie();
    return new PrepareReply(
        changed.header(), cookie, original.uriOut(), original.memoryPort(), nbd);
  }

  private static PrepareCall prepare(ByteBuffer direction) throws RpcException {
    for (RpcInput input : new RpcMessageReader().push(direction)) {
      if (input instanceof RpcMessage message
          && RemoteProgram.isPrepare(message.header(), RpcType.CALL)) {
        return PrepareCall.parse(message);
      }
    }
    throw new IllegalStateException("no Prepare call");
  }

  private static ByteBuffer withoutPrepare(ByteBuffer direction, RpcType type) {
    List<RpcInput> inputs = new ArrayList<>(new RpcMessageReader().push(direction));
    inputs.removeIf(input ->
        input instanceof RpcMessage message && RemoteProgram.isPrepare(message.header(), type));
    return RpcMessageReaderTest.joined(inputs);
  }

  /** A session played through both relays, as two daemons would. */
  private static final class Replay {
    private final SourceRelay relay;
    private final DestinationRelay destination = new DestinationRelay();
    private final RpcMessageReader calls = new RpcMessageReader();
    private final RpcMessageReader replies = new RpcMessageReader();
    private final List<ByteBuffer> toPeer = new ArrayList<>();
    private final List<ByteBuffer> toSource = new ArrayList<>();
    private final List<PrepareReply> announced = new ArrayList<>();
    private final List<MigrationEvent> events = new ArrayList<>();

    Replay(RelayPolicy policy) {
      relay = new SourceRelay(policy);
    }

    Replay play(RecordedSession session) throws RpcException {
      for (RecordedSession.Chunk chunk : session.chunks()) {
        RpcMessageReader reader = chunk.fromSource() ? calls : replies;
        for (RpcInput input : reader.push(chunk.bytes().duplicate())) {
          if (chunk.fromSource()) {
            act(relay.fromSource(input), toPeer);
            destination.fromSource(input);
          } else {
            act(relay.fromPeer(input), toSource);
            destination.fromLibvirt(input);
          }
        }
      }
      toPeer.add(calls.unfinished());
      toSource.add(replies.unfinished());
      events.addAll(relay.closed());
      destination.closed();
      return this;
    }

    private void act(List<RelayAction> actions, List<ByteBuffer> out) throws RpcException {
      for (RelayAction action : actions) {
        switch (action) {
          case RelayAction.Forward(ByteBuffer bytes) -> out.add(bytes);
          case AnnouncePorts(PrepareReply reply, var subject) -> {
            announced.add(reply);
            OptionalInt nbd =
                reply.nbdPort().isPresent() ? OptionalInt.of(7501) : OptionalInt.empty();
            out.add(reply.rewritten(7500, nbd));
          }
          case RelayAction.Answer answer ->
              throw new AssertionError("a keepalive answered on a path that is up: " + answer);
          case RelayAction.AwaitDisks awaited -> act(relay.afterDisks(awaited, false), out);
          case RelayAction.Report(MigrationEvent event) -> events.add(event);
        }
      }
    }

    ByteBuffer toPeer() {
      return RpcMessageReaderTest.concat(toPeer);
    }

    ByteBuffer toSource() {
      return RpcMessageReaderTest.concat(toSource);
    }

    <T extends MigrationEvent> T first(Class<T> type) {
      return events.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
    }
  }
}
