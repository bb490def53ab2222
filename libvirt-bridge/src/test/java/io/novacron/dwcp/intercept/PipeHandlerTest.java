package io.novacron.dwcp.intercept;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class PipeHandlerTest {
  private final TestLoop loop = new TestLoop();

  @AfterEach
  void stop() {
    loop.close();
  }

  /** The sockets of two hosts, and the channels between them. */
  private record Joined(Socket one, Socket two, Channel near, Channel far) {}

  private Joined joined() throws Exception {
    CompletableFuture<Channel> near = new CompletableFuture<>();
    CompletableFuture<Channel> far = new CompletableFuture<>();
    Socket one = new Socket(InetAddress.getLoopbackAddress(), loop.listen(near::complete));
    Socket two = new Socket(InetAddress.getLoopbackAddress(), loop.listen(far::complete));
    Joined joined = new Joined(one, two, near.get(), far.get());
    loop.run(() -> PipeHandler.join(joined.near(), joined.far()));
    return joined;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void passesEndsOnInEitherOrder(boolean oneEndsFirst) throws Exception {
    Joined joined = joined();
    try (Socket first = oneEndsFirst ? joined.one() : joined.two();
        Socket second = oneEndsFirst ? joined.two() : joined.one()) {
      first.getOutputStream().write("question".getBytes(UTF_8));
      first.shutdownOutput();
      assertEquals("question", new String(second.getInputStream().readAllBytes(), UTF_8));
      second.getOutputStream().write("answer".getBytes(UTF_8));
      second.shutdownOutput();
      assertEquals("answer", new String(first.getInputStream().readAllBytes(), UTF_8));
      joined.near().closeFuture().sync();
      joined.far().closeFuture().sync();
    }
  }

  @Test
  void deliversWhatWasSentBeforeTheEndToReaderThatEndedItsOwnSideFirst() throws Exception {
    Joined joined = joined();
    byte[] sent = new byte[1024 * 1024];
    new Random(3).nextBytes(sent);
    try (Socket sender = joined.one();
        Socket reader = joined.two()) {
      reader.shutdownOutput();
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(() -> {
            try {
              sender.getOutputStream().write(sent);
              sender.shutdownOutput();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      assertArrayEquals(sent, reader.getInputStream().readAllBytes());
      writing.get();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void closesTheOtherSocketWithTheOneThatBroke(boolean oneBreaks) throws Exception {
    Joined joined = joined();
    Socket broken = oneBreaks ? joined.one() : joined.two();
    try (Socket left = oneBreaks ? joined.two() : joined.one()) {
      broken.setSoLinger(true, 0); // close sends RST
      broken.close();
      assertEquals(-1, left.getInputStream().read());
      joined.near().closeFuture().sync();
      joined.far().closeFuture().sync();
    }
  }

  @Test
  void readsNothingMoreWhileTheOtherSideTakesNothing() {
    Stopped gate = new Stopped();
    EmbeddedChannel other = new EmbeddedChannel(gate);
    Reads reads = new Reads();
    EmbeddedChannel from = new EmbeddedChannel(reads);
    from.config().setAutoRead(false);
    other.config().setAutoRead(false);
    PipeHandler.join(from, other);
    int before = reads.count;
    ByteBuf bytes = Unpooled.copiedBuffer("held", UTF_8);
    from.writeInbound(bytes);
    assertEquals(before, reads.count);
    assertNull(other.readOutbound());
    gate.open();
    other.runPendingTasks();
    from.runPendingTasks();
    assertEquals(before + 1, reads.count);
    assertEquals(bytes, other.readOutbound());
    bytes.release();
    from.finishAndReleaseAll();
    other.finishAndReleaseAll();
  }

  private static final class Reads extends ChannelOutboundHandlerAdapter {
    private int count;

    @Override
    public void read(ChannelHandlerContext context) {
      count++;
    }
  }

  /** A socket whose peer does not read: nothing is written before {@link #open}. */
  private static final class Stopped extends ChannelOutboundHandlerAdapter {
    private Runnable held = () -> {};

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      Runnable before = held;
      held =
          () -> {
            before.run();
            context.writeAndFlush(message, promise);
          };
    }

    void open() {
      held.run();
    }
  }
}
