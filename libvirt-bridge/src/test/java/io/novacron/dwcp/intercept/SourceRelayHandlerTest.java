package io.novacron.dwcp.intercept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.novacron.dwcp.relay.Keepalive;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.RelayAction;
import io.novacron.dwcp.relay.RelayPolicy;
import io.novacron.dwcp.relay.SourceRelay;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A carried migration of libvirt 11.3 up to its Prepare reply, and what may happen then. */
class SourceRelayHandlerTest implements SourceRelayHandler.Effects {
  private final List<MigrationEvent> events = new ArrayList<>();
  private final List<ByteBuf> written = new ArrayList<>();
  private SourceRelayHandler.@Nullable Announced announced;
  private EmbeddedChannel libvirt;
  private Iterator<RecordedRpc.Chunk> chunks;
  private ChannelFuture lastWrite;
  private boolean isDown;

  @BeforeEach
  void playUntilPortsAreAnnounced() throws Exception {
    chunks = RecordedRpc.load("libvirt-11.3-p2p").iterator();
    RelayPolicy policy = new RelayPolicy("host-a", Optional.empty(), new Path());
    libvirt =
        new EmbeddedChannel(
            new SourceRelayHandler(new SourceRelay(policy), this),
            new ChannelInboundHandlerAdapter() {
              @Override
              public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                context.close();
              }
            });
    while (announced == null) {
      libvirt.releaseInbound();
      libvirt.releaseOutbound();
      play(chunks.next());
    }
  }

  private final class Path implements RelayPolicy.DataPath {
    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }

    @Override
    public boolean isDown() {
      return isDown;
    }
  }

  private void play(RecordedRpc.Chunk chunk) {
    ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(chunk.bytes());
    written.add(bytes);
    if (chunk.fromSource()) {
      libvirt.writeInbound(bytes);
    } else {
      lastWrite = libvirt.pipeline().writeAndFlush(bytes);
    }
  }

  private byte[] playNextOfPeer() {
    while (true) {
      RecordedRpc.Chunk chunk = chunks.next();
      if (!chunk.fromSource()) {
        play(chunk);
        return chunk.bytes();
      }
    }
  }

  @Override
  public void event(MigrationEvent event) {
    events.add(event);
  }

  @Override
  public void announce(
      RelayAction.AnnouncePorts announcement, SourceRelayHandler.Announced answer) {
    announced = answer;
  }

  @Override
  public void awaitDisks(RelayAction.AwaitDisks wanted, SourceRelayHandler.Settled answer) {
    throw new AssertionError("this migration has no disks");
  }

  @Test
  void sendsRewrittenReplyBeforeWhatFollowedIt() {
    byte[] following = playNextOfPeer();
    assertNull(libvirt.readOutbound());
    assertFalse(lastWrite.isDone());
    announced.listening(5001, OptionalInt.empty());
    assertTrue(lastWrite.isSuccess());
    String seen = outbound();
    int reply = seen.indexOf("tcp:127.0.0.1:5001");
    assertTrue(reply > 0, seen);
    assertTrue(seen.indexOf(new String(following, ISO_8859_1)) > reply);
    assertEverythingIsReleased();
  }

  @Test
  void closesWhenNoListenerCouldBeOpened() {
    playNextOfPeer();
    announced.failed("no free port");
    assertFalse(libvirt.isActive());
    assertInstanceOf(ClosedChannelException.class, lastWrite.cause());
    assertEquals("", outbound());
    assertInstanceOf(MigrationEvent.Ended.class, events.getLast());
    assertEverythingIsReleased();
  }

  @Test
  void dropsWhatWaitsWhenLibvirtCloses() {
    playNextOfPeer();
    libvirt.close();
    assertInstanceOf(ClosedChannelException.class, lastWrite.cause());
    announced.listening(5001, OptionalInt.empty());
    assertEquals("", outbound());
    playNextOfPeer();
    assertInstanceOf(ClosedChannelException.class, lastWrite.cause());
    assertEverythingIsReleased();
  }

  @Test
  void answersKeepalivesBetweenTwoMessagesOfThePeer() {
    announced.listening(5001, OptionalInt.empty());
    outbound();
    isDown = true;
    byte[] following = playFirstHalfOfPeersNext();
    outbound();
    ping();
    ping();
    assertEquals("", outbound());
    writeFromPeer(following);
    String seen = outbound();
    String pong = ISO_8859_1.decode(Keepalive.PONG.encode()).toString();
    assertTrue(seen.endsWith(new String(following, ISO_8859_1) + pong), seen);
    ping();
    assertEquals(pong, outbound());
    assertNull(libvirt.readInbound());
    assertEverythingIsReleased();
  }

  @Test
  void answersKeepalivesOnlyAfterTheReplyThatWaitsForItsListeners() {
    isDown = true;
    ping();
    assertEquals("", outbound());
    announced.listening(5001, OptionalInt.empty());
    String pong = ISO_8859_1.decode(Keepalive.PONG.encode()).toString();
    assertTrue(outbound().endsWith(pong));
    assertEverythingIsReleased();
  }

  private void ping() {
    libvirt.releaseInbound();
    libvirt.writeInbound(Unpooled.copiedBuffer(Keepalive.PING.encode()));
  }

  private void writeFromPeer(byte[] bytes) {
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(bytes);
    written.add(buffer);
    lastWrite = libvirt.pipeline().writeAndFlush(buffer);
  }

  /** The rest of it. */
  private byte[] playFirstHalfOfPeersNext() {
    RecordedRpc.Chunk chunk = chunks.next();
    while (chunk.fromSource()) {
      chunk = chunks.next();
    }
    byte[] bytes = chunk.bytes();
    writeFromPeer(Arrays.copyOf(bytes, bytes.length / 2));
    return Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length);
  }

  private String outbound() {
    StringBuilder all = new StringBuilder();
    for (ByteBuf each = libvirt.readOutbound(); each != null; each = libvirt.readOutbound()) {
      all.append(each.toString(ISO_8859_1));
      each.release();
    }
    return all.toString();
  }

  private void assertEverythingIsReleased() {
    libvirt.finishAndReleaseAll();
    written.forEach(each -> assertEquals(0, each.refCnt()));
  }
}
