package io.novacron.dwcp.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.relay.CallGate.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallGateTest {
  private static final int REMOTE = 0x20008086;
  private static final int CALL = 0;

  static List<RecordedSession> sessions() {
    return RecordedSessionsTest.sessions();
  }

  private static ByteBuffer message(int program, int version, int procedure, int type) {
    ByteBuffer message = ByteBuffer.allocate(40);
    message.putInt(40).putInt(program).putInt(version).putInt(procedure).putInt(type).putInt(9);
    return message.clear();
  }

  private static List<Verdict> judge(CallGate gate, ByteBuffer bytes) {
    List<Verdict> verdicts = new ArrayList<>();
    for (RpcInput input : new RpcMessageReader().push(bytes)) {
      verdicts.add(gate.judge(input));
    }
    return verdicts;
  }

  private static Verdict judge(int program, int version, int procedure, int type) {
    return judge(CallGate.forMigrations(), message(program, version, procedure, type)).getLast();
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void letsEveryRecordedMigrationThrough(RecordedSession session) {
    CallGate gate = CallGate.forMigrations();
    for (RpcInput input : new RpcMessageReader().push(session.direction(true))) {
      assertInstanceOf(Verdict.Pass.class, gate.judge(input), input::toString);
    }
  }

  /**
   * CREATE_XML, DEFINE_XML, DESTROY, UNDEFINE, GET_XML, LIST_ALL, SCREENSHOT, BLOCK_PEEK, SHELL.
   */
  @ParameterizedTest
  @ValueSource(ints = {9, 11, 12, 35, 14, 273, 210, 103, 0, -1, 302, 305, 307, 65536})
  void refusesWhatNoMigrationAsks(int procedure) throws Exception {
    Verdict.Refuse refused =
        assertInstanceOf(Verdict.Refuse.class, judge(REMOTE, 1, procedure, CALL));
    RpcMessage answer =
        new RpcMessage(
            RpcHeader.read(refused.answer().duplicate().position(4)).orElseThrow(),
            refused.answer());
    assertEquals(RpcType.REPLY, answer.header().type());
    assertEquals(RpcStatus.ERROR, answer.header().status());
    assertEquals(9, answer.header().serial());
    assertEquals(refused.answer().remaining(), refused.answer().getInt(0));
    RpcError error = RpcError.parse(answer);
    assertEquals(88, error.code());
    assertTrue(error.text().contains("procedure " + procedure), error::text);
  }

  /** QEMU's monitor, LXC, the admin interface, another version. */
  @ParameterizedTest
  @CsvSource({"536903815,1,1", "536903816,1,1", "110102160,1,1", "536903814,2,1"})
  void refusesOtherPrograms(int program, int version, int procedure) {
    assertInstanceOf(Verdict.Refuse.class, judge(program, version, procedure, CALL));
  }

  /** Replies, events, streams of other calls; a CALL_WITH_FDS is refused as a call is. */
  @ParameterizedTest
  @CsvSource({"1,1", "1,303", "2,1", "3,208", "5,1", "6,208"})
  void closesOnWhatOnlyAServerSends(int type, int procedure) {
    assertInstanceOf(Verdict.Close.class, judge(REMOTE, 1, procedure, type));
  }

  @Test
  void closesOnWhatIsNoRpcSinceAnythingCouldFollow() {
    ByteBuffer unknown = message(0x12345678, 1, 1, CALL);
    assertInstanceOf(Verdict.Close.class, judge(CallGate.forMigrations(), unknown).getFirst());
  }

  @Test
  void dropsEveryPieceOfARefusedCallAndAnswersOnce() {
    CallGate gate = CallGate.forMigrations();
    RpcMessageReader reader = new RpcMessageReader();
    ByteBuffer bytes = message(REMOTE, 1, 35, CALL);
    List<Verdict> verdicts = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      reader.push(bytes.slice(i, 1)).forEach(input -> verdicts.add(gate.judge(input)));
    }
    assertInstanceOf(Verdict.Refuse.class, verdicts.removeLast());
    verdicts.forEach(each -> assertInstanceOf(Verdict.Drop.class, each));
  }

  @Test
  void closesOnAnEndlessRowOfRefusals() {
    CallGate gate = CallGate.forMigrations();
    for (int i = 0; i < CallGate.MOST_REFUSALS; i++) {
      assertInstanceOf(Verdict.Refuse.class, judge(gate, message(REMOTE, 1, 35, CALL)).getLast());
    }
    assertInstanceOf(Verdict.Close.class, judge(gate, message(REMOTE, 1, 35, CALL)).getLast());
  }

  @Test
  void openGateLetsEverythingThrough() {
    assertInstanceOf(
        Verdict.Pass.class, judge(CallGate.open(), message(REMOTE, 1, 35, CALL)).getFirst());
  }
}
