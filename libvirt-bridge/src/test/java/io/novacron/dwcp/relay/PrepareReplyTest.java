package io.novacron.dwcp.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrepareReplyTest {
  private static final String PLAIN_COOKIE =
      "<qemu-migration>\n  <name>guest</name>\n</qemu-migration>\0";

  @ParameterizedTest
  @CsvSource({
    "tcp:host-b:49152, 49152",
    "tcp://host-b:49153, 49153",
    "tcp:[fd00::2]:49154, 49154",
    "tcp://10.0.0.2:1, 1",
    "tcp://host-b:65535/, 65535"
  })
  void readsThePortOfEachForm(String uri, int port) throws RpcException {
    PrepareReply reply = parse(PLAIN_COOKIE, Optional.of(uri), call());
    assertEquals(port, reply.memoryPort());
    assertEquals(OptionalInt.empty(), reply.nbdPort());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tcp:host-b", "rdma://h:49152", "unix:///run/x", "tcp:h:0", "tcp:h:65536", ""})
  void refusesAUriThatIsNoTcpPort(String uri) {
    assertThrows(RpcException.class, () -> parse(PLAIN_COOKIE, Optional.of(uri), call()));
  }

  @Test
  void takesThePortFromTheCallWhenTheReplyHasNoUri() throws RpcException {
    PrepareCall withPort = call(SampleMessages.text("migrate_uri", "tcp://host-b:50001"));
    PrepareReply reply = parse(PLAIN_COOKIE, Optional.empty(), withPort);
    assertEquals(50001, reply.memoryPort());
    assertEquals(
        SampleMessages.prepareReply(3, PLAIN_COOKIE, Optional.of("tcp:127.0.0.1:7500")).bytes(),
        reply.rewritten(7500, OptionalInt.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<nbd port='%s'/>",
        "<nbd port=\"%s\"></nbd>",
        "<nbd a='port=\"1\"' port = '%s'>\n<disk target='vda' capacity='1'/></nbd>"
      })
  void replacesTheNbdPortInEitherKindOfQuotes(String element) throws RpcException {
    String cookie =
        "<qemu-migration><name>\u00c3\u00a4</name>" + element + "<x port='%s'/></qemu-migration>\0";
    PrepareReply reply =
        parse(cookie.replace("%s", "49153"), Optional.of("tcp:host-b:49152"), call());
    assertEquals(OptionalInt.of(49153), reply.nbdPort());
    String expected = cookie.replaceFirst("%s", "750").replace("%s", "49153");
    assertEquals(
        SampleMessages.prepareReply(3, expected, Optional.of("tcp:127.0.0.1:7501")).bytes(),
        reply.rewritten(7501, OptionalInt.of(750)));
  }

  @Test
  void ignoresAnNbdElementThatIsNotTheCookiesOwn() throws RpcException {
    String cookie =
        "<qemu-migration><!-- <nbd port='1'/> --><domain><nbd port='2'/></domain>"
            + "<![CDATA[<nbd port='3'/>]]></qemu-migration>";
    PrepareReply reply = parse(cookie, Optional.of("tcp:h:49152"), call());
    assertEquals(OptionalInt.empty(), reply.nbdPort());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<qemu-migration><nbd port='0'/></qemu-migration>",
        "<qemu-migration><nbd port='65536'/></qemu-migration>",
        "<qemu-migration><nbd port='x'/></qemu-migration>",
        "<qemu-migration>",
        "<qemu-migration><nbd port='1",
        "</qemu-migration>",
        "<!DOCTYPE x><a/>",
        "no XML"
      })
  void refusesACookieThatItCannotRead(String cookie) {
    assertThrows(RpcException.class, () -> parse(cookie, Optional.of("tcp:h:49152"), call()));
  }

  @Test
  void writesBackTheSameBytes() throws RpcException {
    RpcMessage message = SampleMessages.prepareReply(3, PLAIN_COOKIE, Optional.of("tcp:h:49152"));
    assertEquals(message.bytes(), PrepareReply.parse(message, call()).encoded());
  }

  @Test
  void wantsAnNbdPortExactlyWhenTheReplyHasOne() throws RpcException {
    PrepareReply without = parse(PLAIN_COOKIE, Optional.of("tcp:h:49152"), call());
    assertThrows(
        IllegalArgumentException.class, () -> without.rewritten(7500, OptionalInt.of(7501)));
  }

  private static PrepareReply parse(String cookie, Optional<String> uriOut, PrepareCall call)
      throws RpcException {
    return PrepareReply.parse(SampleMessages.prepareReply(3, cookie, uriOut), call);
  }

  private static PrepareCall call(TypedParameter... parameters) throws RpcException {
    return PrepareCall.parse(SampleMessages.prepare(3, 1, parameters));
  }
}
