package io.novacron.dwcp.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeepaliveTest {
  private static final String PING =
      "0000001c 6b656570 00000001 00000001 00000002 00000000 00000000";

  @Test
  void writesAPingAsLibvirtDoes() {
    assertEquals(
        ByteBuffer.wrap(HexFormat.of().parseHex(PING.replace(" ", ""))), Keepalive.PING.encode());
  }

  @Test
  void answersAPingWithAPong() {
    RpcMessage ping = SampleMessages.whole(Keepalive.PING.encode());
    assertEquals(Optional.of(Keepalive.PONG.encode()), new KeepaliveResponder().answer(ping));
  }

  @Test
  void answersNothingElse() {
    KeepaliveResponder responder = new KeepaliveResponder();
    RpcMessage pong = SampleMessages.whole(Keepalive.PONG.encode());
    assertEquals(Optional.empty(), responder.answer(pong));
    assertEquals(Optional.empty(), responder.answer(SampleMessages.prepare(1, 1)));
  }
}
