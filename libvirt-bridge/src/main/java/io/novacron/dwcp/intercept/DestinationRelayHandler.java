package io.novacron.dwcp.intercept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.novacron.dwcp.relay.CallGate;
import io.novacron.dwcp.relay.DestinationRelay;
import io.novacron.dwcp.relay.KeepaliveResponder;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.RpcInput;
import io.novacron.dwcp.relay.RpcMessageReader;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Shows {@link DestinationRelay} what passes between this host's libvirt and the source, keeps back
 * what {@link CallGate} does not let through, and answers this libvirt's keepalives while the
 * source cannot be reached.
 */
final class DestinationRelayHandler extends ChannelDuplexHandler {
  private final DestinationRelay relay;
  private final CallGate gate;
  private final Consumer<String> refused;
  private final BooleanSupplier isDown;
  private final Consumer<MigrationEvent> events;
  private final Runnable ended;
  private final KeepaliveResponder keepalive = new KeepaliveResponder();
  private final RpcMessageReader fromSource = new RpcMessageReader();
  private final RpcMessageReader fromLibvirt = new RpcMessageReader();
  private final ArrayDeque<ByteBuffer> refusals = new ArrayDeque<>();
  private @Nullable ByteBuffer unanswered;
  private boolean isReadWanted;
  private boolean isClosed;

  /**
   * @param gate what the source may send
   * @param refused told what it sent beside that
   * @param isDown whether nothing reaches the source now
   */
  DestinationRelayHandler(
      DestinationRelay relay,
      CallGate gate,
      Consumer<String> refused,
      BooleanSupplier isDown,
      Consumer<MigrationEvent> events,
      Runnable ended) {
    this.relay = relay;
    this.gate = gate;
    this.refused = refused;
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

  /** Bytes of a message that is not known enough to be judged stay here until it is. */
  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    ByteBuf bytes = (ByteBuf) message;
    ByteBuf passed = context.alloc().buffer(bytes.readableBytes());
    try {
      for (RpcInput input : fromSource.push(bytes.nioBuffer())) {
        if (!pass(context, input, passed)) {
          break;
        }
      }
    } finally {
      bytes.release();
    }
    if (isClosed) {
      passed.release();
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    if (passed.isReadable()) {
      context.write(passed, promise);
    } else {
      passed.release();
      promise.trySuccess();
    }
    answerBetweenMessages(context);
  }

  /** Whether anything may follow. */
  private boolean pass(ChannelHandlerContext context, RpcInput input, ByteBuf passed) {
    switch (gate.judge(input)) {
      case CallGate.Verdict.Pass ignored -> {
        relay.fromSource(input).forEach(events);
        passed.writeBytes(input.bytes());
      }
      case CallGate.Verdict.Drop ignored -> {}
      case CallGate.Verdict.Refuse(ByteBuffer answer, String what) -> {
        refused.accept(what);
        refusals.add(answer);
        refuseLater(context);
      }
      case CallGate.Verdict.Close(String reason) -> {
        refused.accept(reason);
        isClosed = true;
        context.close();
      }
    }
    return !isClosed;
  }

  /** Not from within a write: whoever writes does not expect to be given bytes meanwhile. */
  private void refuseLater(ChannelHandlerContext context) {
    if (!refusals.isEmpty()) {
      context.executor().execute(() -> refuseBetweenMessages(context));
    }
  }

  /** As a read of its own; the session takes no bytes that it did not ask for. */
  private void refuseBetweenMessages(ChannelHandlerContext context) {
    if (isReadWanted && fromLibvirt.atMessageBoundary() && !refusals.isEmpty()) {
      isReadWanted = false;
      while (!refusals.isEmpty()) {
        context.fireChannelRead(Unpooled.wrappedBuffer(refusals.remove()));
      }
      context.fireChannelReadComplete();
    }
  }

  @Override
  public void read(ChannelHandlerContext context) {
    isReadWanted = true;
    context.read();
    refuseLater(context);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    isReadWanted = false;
    context.fireChannelReadComplete();
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
