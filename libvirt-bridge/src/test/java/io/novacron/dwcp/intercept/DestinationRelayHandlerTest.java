package io.novacron.dwcp.intercept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.novacron.dwcp.relay.DestinationRelay;
import io.novacron.dwcp.relay.Keepalive;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DestinationRelayHandlerTest {
  private static final String PING = ISO_8859_1.decode(Keepalive.PING.encode()).toString();
  private static final String PONG = ISO_8859_1.decode(Keepalive.PONG.encode()).toString();

  private boolean isDown;
  private final EmbeddedChannel libvirt =
      new EmbeddedChannel(
          new DestinationRelayHandler(new DestinationRelay(), () -> isDown, event -> {}, () -> {}));

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
    fromSource(PONG.substring(0, 10));
    fromLibvirt(PING);
    assertEquals(PONG.substring(0, 10), toLibvirt());
    fromSource(PONG.substring(10));
    assertEquals(PONG.substring(10) + PONG, toLibvirt());
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
