package io.novacron.dwcp.intercept;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for what libvirt sends before any RPC on a TLS connection: one byte of value 1, once it has
 * accepted the certificate and address of this host (libvirt 11.3, virNetClientSetTLSSession). That
 * byte is not passed on. Answers once and then leaves the pipeline.
 */
final class TlsVerdictHandler extends ChannelInboundHandlerAdapter {
  /** 10 s from connection to verdict, of which a handshake takes three round trips. */
  private static final long LIMIT_MILLIS = 10_000;

  private static final byte ACCEPTED = 1;

  private final String where;
  private final PlainRoutes.Answer answer;
  private @Nullable Future<?> timeout;
  private boolean answered;

  TlsVerdictHandler(String where, PlainRoutes.Answer answer) {
    this.where = where;
    this.answer = answer;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    timeout =
        context
            .executor()
            .schedule(
                () -> fail(context, "no verdict within " + LIMIT_MILLIS + " ms"),
                LIMIT_MILLIS,
                TimeUnit.MILLISECONDS);
    context.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (answered || !bytes.isReadable()) {
        return;
      }
      if (bytes.readableBytes() == 1 && bytes.readByte() == ACCEPTED) {
        settle();
        context.pipeline().remove(this);
        answer.connected(context.channel());
      } else {
        fail(context, "expected one byte 1 from libvirt before any request, saw something else");
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (!answered) {
      context.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    switch (event) {
      case SslHandshakeCompletionEvent handshake when handshake.isSuccess() -> context.read();
      case SslHandshakeCompletionEvent handshake ->
          fail(context, String.valueOf(handshake.cause()));
      case ChannelInputShutdownEvent ignored -> refused(context);
      case SslCloseCompletionEvent ignored -> refused(context);
      default -> context.fireUserEventTriggered(event);
    }
  }

  private void refused(ChannelHandlerContext context) {
    fail(context, "libvirt closed the connection instead of accepting this host");
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    refused(context);
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable told =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    fail(context, String.valueOf(told));
  }

  private void fail(ChannelHandlerContext context, String reason) {
    failed(reason);
    context.close();
  }

  /** Answers that there is no connection, unless an answer was given. */
  void failed(String reason) {
    if (!answered) {
      settle();
      answer.failed(where + ": " + reason);
    }
  }

  private void settle() {
    answered = true;
    Future<?> running = timeout;
    if (running != null) {
      running.cancel(false);
    }
  }
}
