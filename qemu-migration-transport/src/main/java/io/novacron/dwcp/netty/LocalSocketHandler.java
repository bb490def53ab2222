package io.novacron.dwcp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.LocalEnd;
import io.novacron.dwcp.wire.PayloadBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connection on this host as the local end of a session's channel. The socket does not read by
 * itself ({@code autoRead} off): each {@link #requestBytes()} is one bounded read. Event loop of
 * the session only.
 */
public final class LocalSocketHandler extends ChannelInboundHandlerAdapter implements LocalEnd {
  /** Told that the session let go of a connection that must not break. */
  public interface Holder {
    void held(String reason);
  }

  private final Channel socket;
  private final @Nullable Holder holder;
  private @Nullable ChannelEnd channel;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean requested;
  private boolean isHeld;

  public LocalSocketHandler(Channel socket) {
    this(socket, null);
  }

  /**
   * @param holder null where {@link #hold} is to reset
   */
  public LocalSocketHandler(Channel socket, @Nullable Holder holder) {
    this.socket = socket;
    this.holder = holder;
  }

  /** Joins the socket to its channel, before anything is read. */
  public void join(ChannelEnd end) {
    channel = end;
    if (!socket.isActive()) {
      end.localReset("the local connection was closed before the channel opened");
    }
  }

  @Override
  public void requestBytes() {
    if (!inputEnded) {
      requested = true;
      socket.read();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      ChannelEnd end = channel;
      if (end != null && bytes.isReadable()) {
        end.localBytes(bytes.nioBuffer());
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    ChannelEnd end = channel;
    if (end != null && requested) {
      requested = false;
      end.localWouldBlock();
    } else if (isHeld) {
      socket.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !inputEnded) {
      inputEnded = true;
      ChannelEnd end = channel;
      if (end != null) {
        end.localEnd();
      }
      if (isHeld) {
        socket.close();
      }
      closeIfBothEnded();
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void deliver(PayloadBuffer bytes, Runnable written) {
    socket
        .writeAndFlush(Unpooled.wrappedBuffer(bytes.bytes()))
        .addListener(result -> {
          bytes.release();
          if (result.isSuccess()) {
            written.run();
          } else {
            broken(String.valueOf(result.cause()));
          }
        });
  }

  @Override
  public void deliverEnd() {
    outputEnded = true;
    if (socket instanceof DuplexChannel duplex && socket.isActive()) {
      duplex.shutdownOutput();
    }
    closeIfBothEnded();
  }

  private void closeIfBothEnded() {
    if (inputEnded && outputEnded) {
      socket.close();
    }
  }

  @Override
  public void reset(String reason) {
    channel = null;
    if (socket instanceof SocketChannel && socket.isActive()) {
      socket
          .config()
          .setOption(ChannelOption.SO_LINGER, 0); // close() sends RST: an error, no clean end
    }
    socket.close();
  }

  /** What libvirt sends from here on passes the handlers before this one, and is dropped. */
  @Override
  public void hold(String reason) {
    Holder told = holder;
    if (told == null || inputEnded || !socket.isActive()) {
      reset(reason);
      return;
    }
    channel = null;
    isHeld = true;
    socket.read();
    told.held(reason);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!(inputEnded && outputEnded)) {
      broken("the local connection was closed");
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    broken(String.valueOf(cause));
  }

  private void broken(String reason) {
    ChannelEnd end = channel;
    channel = null;
    if (end != null) {
      end.localReset(reason);
    }
    socket.close();
  }
}
