package io.novacron.dwcp.intercept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.RelayAction;
import io.novacron.dwcp.relay.RelayPolicy;
import io.novacron.dwcp.relay.SourceRelay;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A migration of libvirt 11.3 with disks, up to its Finish call, and what may happen then. */
class AwaitedDisksTest implements SourceRelayHandler.Effects {
  private EmbeddedChannel libvirt;
  private Iterator<RecordedRpc.Chunk> chunks;
  private byte[] finish;
  private RelayAction.AwaitDisks wanted;
  private SourceRelayHandler.@Nullable Settled settled;

  @BeforeEach
  void playUntilDisksAreAwaited() throws Exception {
    chunks = RecordedRpc.load("libvirt-11.3-disks").iterator();
    RelayPolicy policy = new RelayPolicy("host-a", Optional.empty(), Optional::empty);
    libvirt = new EmbeddedChannel(new SourceRelayHandler(new SourceRelay(policy), this));
    while (settled == null) {
      libvirt.releaseInbound();
      libvirt.releaseOutbound();
      RecordedRpc.Chunk chunk = chunks.next();
      ByteBuf bytes = Unpooled.copiedBuffer(chunk.bytes());
      if (chunk.fromSource()) {
        finish = chunk.bytes();
        libvirt.writeInbound(bytes);
      } else {
        libvirt.writeOutbound(bytes);
      }
    }
  }

  @Override
  public void event(MigrationEvent event) {}

  @Override
  public void announce(
      RelayAction.AnnouncePorts announcement, SourceRelayHandler.Announced answer) {
    answer.listening(5001, OptionalInt.of(5002));
  }

  @Override
  public void awaitDisks(RelayAction.AwaitDisks disks, SourceRelayHandler.Settled answer) {
    wanted = disks;
    settled = answer;
  }

  @Test
  void keepsFinishAndWhatFollowsUntilTheDisksAreSettled() {
    byte[] following = "\0\0\0\34followed by nothing known".getBytes(ISO_8859_1);
    libvirt.writeInbound(Unpooled.copiedBuffer(following));
    assertEquals("", toPeer());

    settled.all();

    assertEquals(new String(finish, ISO_8859_1), toPeer());
  }

  @Test
  void cancelsTheFinishWhenAWriteIsLost() {
    settled.lost("the disk is full");

    byte[] cancelled = finish.clone();
    cancelled[cancelled.length - 1] = 1;
    assertEquals(new String(cancelled, ISO_8859_1), toPeer());
    assertTrue(wanted.subject().isPresent());
  }

  @Test
  void letsNothingPassOnceLibvirtIsGone() {
    libvirt.close();
    settled.all();

    assertFalse(libvirt.isActive());
    assertEquals("", toPeer());
  }

  @Test
  void answersOnlyOnce() {
    settled.all();
    assertTrue(toPeer().length() > 0);
    settled.lost("too late");
    assertEquals("", toPeer());
  }

  private String toPeer() {
    StringBuilder all = new StringBuilder();
    for (Object each : List.copyOf(libvirt.inboundMessages())) {
      ByteBuf bytes = (ByteBuf) each;
      all.append(bytes.toString(ISO_8859_1));
    }
    libvirt.releaseInbound();
    return all.toString();
  }
}
