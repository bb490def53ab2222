package io.novacron.dwcp.intercept;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One direction of a plain connection: what is read here is written there, one read ahead at most,
 * half-close included. Both sockets are on the same event loop, and close when both directions have
 * ended with all their bytes written.
 */
final class PipeHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(PipeHandler.class);

  private final Channel other;
  private @Nullable PipeHandler opposite;

  /** Nothing more comes; Netty's epoll fails a read of such a socket and closes it. */
  private boolean inputEnded;

  /** Everything that came from this side is written there, and the end was passed on. */
  private boolean ended;

  private PipeHandler(Channel other) {
    this.other = other;
  }

  /** Joins two sockets that do not read by themselves. On their event loop. */
  static void join(Channel one, Channel two) {
    if (hasEnded(one) || hasEnded(two)) {
      one.close(); // its end was told to nobody, and will not be told again
      two.close();
      return;
    }
    PipeHandler fromOne = new PipeHandler(two);
    PipeHandler fromTwo = new PipeHandler(one);
    fromOne.opposite = fromTwo;
    fromTwo.opposite = fromOne;
    one.pipeline().addLast("pipe", fromOne);
    two.pipeline().addLast("pipe", fromTwo);
    one.read();
    two.read();
  }

  private static boolean hasEnded(Channel socket) {
    return !socket.isActive() || (socket instanceof DuplexChannel it && it.isInputShutdown());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    other.write(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (inputEnded) {
      return; // Netty looks at an ended input again; the other side's output may be closed by now
    }
    other
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> {
          if (!written.isSuccess()) {
            context.close();
          } else if (!inputEnded) {
            context.channel().read();
          }
        });
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !inputEnded) {
      inputEnded = true;
      other
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(flushed -> endOutput(context.channel()));
    }
    context.fireUserEventTriggered(event);
  }

  private void endOutput(Channel from) {
    ended = true;
    PipeHandler back = opposite;
    if (back == null || back.ended || !canEndOutput()) {
      other.close();
      from.close();
    } else if (other instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    }
  }

  /**
   * TLS ends as a whole, as with libvirt's own connections: a bare FIN would look like an attack.
   */
  private boolean canEndOutput() {
    return other instanceof DuplexChannel
        && other.isActive()
        && other.pipeline().get(SslHandler.class) == null;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.warn("a plain connection to libvirt broke: {}", String.valueOf(cause));
    context.close();
    other.close();
  }
}
