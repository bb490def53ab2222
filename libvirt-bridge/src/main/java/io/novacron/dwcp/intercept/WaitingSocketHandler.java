package io.novacron.dwcp.intercept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;

/**
 * Holds the place of the real handlers while a way to the peer is sought. libvirt waits for the
 * answer to its first call, so an end of its input here means that it gave up: the socket closes.
 * Without that the end would be seen by nobody, and the way opened for nobody would stay open.
 */
final class WaitingSocketHandler extends ChannelInboundHandlerAdapter {
  private static final String NAME = "waiting";

  private WaitingSocketHandler() {}

  static void hold(Channel socket) {
    socket.pipeline().addLast(NAME, new WaitingSocketHandler());
  }

  /** Makes room for the real handlers; false when libvirt is gone, so none are needed. */
  static boolean letGo(Channel socket) {
    if (!socket.isActive()) {
      return false;
    }
    socket.pipeline().remove(NAME);
    return true;
  }

  /** Nothing was asked for: only a socket whose other side is gone is read unasked. */
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      context.close();
    }
    context.fireUserEventTriggered(event);
  }
}
