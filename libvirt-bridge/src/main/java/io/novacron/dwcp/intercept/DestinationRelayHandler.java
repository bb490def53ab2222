package io.novacron.dwcp.intercept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.novacron.dwcp.relay.DestinationRelay;
import io.novacron.dwcp.relay.KeepaliveResponder;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.RpcInput;
import io.novacron.dwcp.relay.RpcMessageReader;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Shows {@link DestinationRelay} what passes between this host's libvirt and the source, and
 * answers this libvirt's keepalives while the source cannot be reached.
 */
final class DestinationRelayHandler extends ChannelDuplexHandler {
  private final DestinationRelay relay;
  private final BooleanSupplier isDown;
  private final Consumer<MigrationEvent> events;
  private final Runnable ended;
  private final KeepaliveResponder keepalive = new KeepaliveResponder();
  private final RpcMessageReader fromSource = new RpcMessageReader();
  private final RpcMessageReader fromLibvirt = new RpcMessageReader();
  private @Nullable ByteBuffer unanswered;

  /**
   * @param isDown whether nothing reaches the source now
   */
  DestinationRelayHandler(
      DestinationRelay relay,
      BooleanSupplier isDown,
      Consumer<MigrationEvent> events,
      Runnable ended) {
    this.relay = relay;
    this.isDown = isDown;
    this.events = events;
    this.ended = ended;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      for (RpcInput input : fromLibvirt.push(bytes.nioBuffer())) {
        relay.fromLibvirt(input).forEach(events);
        Optional<ByteBuffer> pong = keepalive.answer(input);
        if (pong.isPresent() && isDown.getAsBoolean()) {
          unanswered = pong.get();
          answerBetweenMessages(context);
        } else {
          context.fireChannelRead(Unpooled.wrappedBuffer(input.bytes()));
        }
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    for (RpcInput input : fromSource.push(((ByteBuf) message).nioBuffer())) {
      relay.fromSource(input).forEach(events);
    }
    context.write(message, promise);
    answerBetweenMessages(context);
  }

  private void answerBetweenMessages(ChannelHandlerContext context) {
    ByteBuffer due = unanswered;
    if (due != null && fromSource.atMessageBoundary()) {
      unanswered = null;
      context.writeAndFlush(Unpooled.wrappedBuffer(due));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    relay.closed().forEach(events);
    ended.run();
    context.fireChannelInactive();
  }
}
