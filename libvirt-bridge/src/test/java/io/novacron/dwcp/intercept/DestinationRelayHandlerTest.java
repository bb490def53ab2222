package io.novacron.dwcp.intercept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.novacron.dwcp.relay.CallGate;
import io.novacron.dwcp.relay.DestinationRelay;
import io.novacron.dwcp.relay.Keepalive;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DestinationRelayHandlerTest {
  private static final String PING = ISO_8859_1.decode(Keepalive.PING.encode()).toString();
  private static final String PONG = ISO_8859_1.decode(Keepalive.PONG.encode()).toString();

  /** CONNECT_OPEN. */
  private static final String OPEN = call(1);

  /** DOMAIN_UNDEFINE. */
  private static final String UNDEFINE = call(35);

  private final List<String> refused = new ArrayList<>();
  private boolean isDown;
  private final EmbeddedChannel libvirt =
      new EmbeddedChannel(
          new DestinationRelayHandler(
              new DestinationRelay(),
              CallGate.forMigrations(),
              refused::add,
              () -> isDown,
              event -> {},
              () -> {}));

  @Test
  void passesKeepalivesOnWhileTheSourceCanBeReached() {
    fromLibvirt(PING);
    assertEquals(PING, toSource());
    assertEquals("", toLibvirt());
  }

  @Test
  void answersKeepalivesInThePlaceOfASourceThatCannotBeReached() {
    isDown = true;
    fromLibvirt(PONG + PING + PONG);
    assertEquals(PONG + PONG, toSource());
    assertEquals(PONG, toLibvirt());
  }

  @Test
  void neverAnswersInsideAMessageOfTheSource() {
    isDown = true;
    fromSource(OPEN.substring(0, 30));
    fromLibvirt(PING);
    assertEquals(OPEN.substring(0, 30), toLibvirt());
    fromSource(OPEN.substring(30));
    assertEquals(OPEN.substring(30) + PONG, toLibvirt());
  }

  @Test
  void passesEveryByteOfARecordedMigrationOn() throws Exception {
    List<RecordedRpc.Chunk> chunks = RecordedRpc.load("libvirt-11.3-keepalive");
    StringBuilder given = new StringBuilder();
    for (RecordedRpc.Chunk chunk : chunks) {
      if (!chunk.fromSource()) {
        int half = chunk.bytes().length / 2;
        fromLibvirt(new String(Arrays.copyOf(chunk.bytes(), half), ISO_8859_1));
        fromLibvirt(
            new String(Arrays.copyOfRange(chunk.bytes(), half, chunk.bytes().length), ISO_8859_1));
        given.append(new String(chunk.bytes(), ISO_8859_1));
      }
    }
    assertEquals(given.toString(), toSource());
  }

  @Test
  void passesEveryCallOfARecordedMigrationOnHoweverItIsSplit() throws Exception {
    for (String name : List.of("libvirt-9.0-p2p", "libvirt-11.3-direct", "libvirt-11.3-disks")) {
      StringBuilder given = new StringBuilder();
      StringBuilder passed = new StringBuilder();
      for (RecordedRpc.Chunk chunk : RecordedRpc.load(name)) {
        if (chunk.fromSource()) {
          String bytes = new String(chunk.bytes(), ISO_8859_1);
          given.append(bytes);
          for (int i = 0; i < bytes.length(); i += 13) {
            fromSource(bytes.substring(i, Math.min(bytes.length(), i + 13)));
            passed.append(toLibvirt());
          }
        }
      }
      assertEquals(given.toString(), passed.toString(), name);
    }
    assertEquals(List.of(), refused);
  }

  @Test
  void answersACallThatNoMigrationMakesItselfAndGoesOn() {
    fromSource(UNDEFINE.substring(0, 30));
    fromSource(UNDEFINE.substring(30) + OPEN);
    assertEquals(OPEN, toLibvirt());
    String answer = toSource();
    assertTrue(answer.contains("lets migrations through only, not procedure 35"), answer);
    assertEquals(1, refused.size());
    fromLibvirt(PING);
    assertEquals(PING, toSource());
  }

  @Test
  void neverRefusesInsideAMessageOfLibvirt() {
    fromLibvirt(OPEN.substring(0, 30));
    fromSource(UNDEFINE);
    assertEquals(OPEN.substring(0, 30), toSource());
    fromLibvirt(OPEN.substring(30));
    String rest = toSource();
    assertTrue(rest.startsWith(OPEN.substring(30)), rest);
    assertTrue(rest.contains("procedure 35"), rest);
  }

  @Test
  void closesAConnectionThatIsNoRpc() {
    assertThrows(
        ClosedChannelException.class,
        () -> libvirt.writeOutbound(Unpooled.copiedBuffer("\0\0\0\40 GET /", ISO_8859_1)));
    assertEquals("", toLibvirt());
    assertFalse(libvirt.isOpen());
    assertEquals(1, refused.size());
  }

  /** A call of the remote program with 32 bytes of arguments. */
  private static String call(int procedure) {
    ByteBuffer message = ByteBuffer.allocate(60);
    message.putInt(60).putInt(0x20008086).putInt(1).putInt(procedure).putInt(0).putInt(7);
    return ISO_8859_1.decode(message.clear()).toString();
  }

  private void fromLibvirt(String bytes) {
    libvirt.writeInbound(Unpooled.copiedBuffer(bytes, ISO_8859_1));
  }

  private void fromSource(String bytes) {
    libvirt.writeOutbound(Unpooled.copiedBuffer(bytes, ISO_8859_1));
  }

  private String toSource() {
    StringBuilder all = new StringBuilder();
    for (ByteBuf each = libvirt.readInbound(); each != null; each = libvirt.readInbound()) {
      all.append(each.toString(ISO_8859_1));
      each.release();
    }
    return all.toString();
  }

  private String toLibvirt() {
    StringBuilder all = new StringBuilder();
    for (ByteBuf each = libvirt.readOutbound(); each != null; each = libvirt.readOutbound()) {
      all.append(each.toString(ISO_8859_1));
      each.release();
    }
    return all.toString();
  }
}
