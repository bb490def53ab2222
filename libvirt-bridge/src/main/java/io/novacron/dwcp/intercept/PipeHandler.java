package io.novacron.dwcp.intercept;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/**
 * One direction of a plain connection: what is read here is written there, one read ahead at most,
 * half-close included. Both sockets are on the same event loop.
 */
final class PipeHandler extends ChannelInboundHandlerAdapter {
  private final Channel other;

  PipeHandler(Channel other) {
    this.other = other;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    other.write(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    other
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> {
          if (written.isSuccess()) {
            context.channel().read();
          } else {
            context.close();
          }
        });
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      other
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(flushed -> endOutput(context.channel()));
    }
    context.fireUserEventTriggered(event);
  }

  private void endOutput(Channel from) {
    if (other instanceof DuplexChannel duplex && duplex.isActive() && !duplex.isInputShutdown()) {
      duplex.shutdownOutput();
    } else {
      other.close();
      from.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
    other.close();
  }
}
