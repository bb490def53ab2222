package io.novacron.dwcp.intercept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.PrepareReply;
import io.novacron.dwcp.relay.RelayAction;
import io.novacron.dwcp.relay.RpcException;
import io.novacron.dwcp.relay.RpcInput;
import io.novacron.dwcp.relay.RpcMessageReader;
import io.novacron.dwcp.relay.SourceRelay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Lets {@link SourceRelay} read and rewrite what passes between the local libvirt and the peer's.
 * Sits between the socket and whatever carries its bytes, session or plain connection alike.
 *
 * <p>While the listeners of a migration are being opened, what comes from the peer waits here, so
 * that the rewritten reply is the next thing libvirt reads. While the disks of one are awaited,
 * what comes from libvirt waits here.
 */
final class SourceRelayHandler extends ChannelDuplexHandler {
  /** What the relay's actions need done; on the event loop. */
  interface Effects {
    void event(MigrationEvent event);

    /** Opens listeners, then answers once. */
    void announce(RelayAction.AnnouncePorts announcement, Announced answer);

    /** Waits for the disks, then answers once, perhaps at once. */
    void awaitDisks(RelayAction.AwaitDisks wanted, Settled answer);
  }

  /** The answer to {@link Effects#awaitDisks}. */
  interface Settled {
    void all();

    void lost(String reason);
  }

  /** The answer to {@link Effects#announce}. */
  interface Announced {
    void listening(int memoryPort, OptionalInt nbdPort);

    void failed(String reason);
  }

  /** One write of the peer's bytes: its inputs, then the promise that they were taken. */
  private sealed interface Waiting {
    record Input(RpcInput input) implements Waiting {}

    record WriteEnd(ByteBuf emptied, ChannelPromise promise) implements Waiting {}
  }

  private final SourceRelay relay;
  private final Effects effects;
  private final RpcMessageReader fromSource = new RpcMessageReader();
  private final RpcMessageReader fromPeer = new RpcMessageReader();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final ArrayDeque<RpcInput> waitingForDisks = new ArrayDeque<>();
  private boolean announcing;
  private @Nullable ByteBuffer unanswered;
  private boolean awaitingDisks;

  SourceRelayHandler(SourceRelay relay, Effects effects) {
    this.relay = relay;
    this.effects = effects;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      // A copy: fragments share the memory of what was read, and may wait here or be written only
      // after this returns. It is control traffic, some 100 KiB for a migration.
      ByteBuffer copy = ByteBuffer.allocate(bytes.readableBytes());
      bytes.readBytes(copy);
      waitingForDisks.addAll(fromSource.push(copy.flip()));
    } finally {
      bytes.release();
    }
    drainToPeer(context);
  }

  private void drainToPeer(ChannelHandlerContext context) {
    while (!awaitingDisks && !waitingForDisks.isEmpty()) {
      performToPeer(context, relay.fromSource(waitingForDisks.remove()));
    }
  }

  private void performToPeer(ChannelHandlerContext context, List<RelayAction> actions) {
    for (RelayAction action : actions) {
      switch (action) {
        case RelayAction.Forward forward ->
            context.fireChannelRead(Unpooled.wrappedBuffer(forward.bytes()));
        case RelayAction.Report report -> effects.event(report.event());
        case RelayAction.AwaitDisks wanted -> awaitDisks(context, wanted);
        case RelayAction.Answer answer -> answer(context, answer.bytes());
        case RelayAction.AnnouncePorts ignored ->
            throw new IllegalStateException("ports announced by a message of the source");
      }
    }
  }

  private void awaitDisks(ChannelHandlerContext context, RelayAction.AwaitDisks wanted) {
    awaitingDisks = true;
    effects.awaitDisks(
        wanted,
        new Settled() {
          @Override
          public void all() {
            goOn(context, wanted, false);
          }

          @Override
          public void lost(String reason) {
            goOn(context, wanted, true);
          }
        });
  }

  private void goOn(
      ChannelHandlerContext context, RelayAction.AwaitDisks awaited, boolean areLost) {
    if (!awaitingDisks || !context.channel().isActive()) {
      return; // libvirt went away: nothing of it may reach the peer any more
    }
    awaitingDisks = false;
    List<RelayAction> actions = relay.afterDisks(awaited, areLost);
    if (actions.isEmpty()) {
      context.pipeline().fireExceptionCaught(new IOException("a write to a disk is lost"));
      return;
    }
    performToPeer(context, actions);
    drainToPeer(context);
    context.fireChannelReadComplete();
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    ByteBuf bytes = (ByteBuf) message;
    if (!context.channel().isActive()) {
      bytes.release(); // nothing is read any more: above all, no listeners are opened for it
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    for (RpcInput input : fromPeer.push(bytes.nioBuffer())) {
      waiting.add(new Waiting.Input(input));
    }
    waiting.add(new Waiting.WriteEnd(bytes.readerIndex(bytes.writerIndex()), promise));
    drain(context);
  }

  private void drain(ChannelHandlerContext context) {
    while (!announcing) {
      Waiting next = waiting.poll();
      if (next == null) {
        answerBetweenMessages(context);
        return;
      }
      switch (next) {
        case Waiting.Input input -> perform(context, relay.fromPeer(input.input()));
        case Waiting.WriteEnd end -> context.write(end.emptied(), end.promise());
      }
    }
  }

  private void perform(ChannelHandlerContext context, List<RelayAction> actions) {
    for (RelayAction action : actions) {
      switch (action) {
        case RelayAction.Forward forward -> write(context, forward.bytes());
        case RelayAction.Report report -> effects.event(report.event());
        case RelayAction.AnnouncePorts announcement -> announce(context, announcement);
        case RelayAction.Answer ignored ->
            throw new IllegalStateException("a message of the peer answered here");
        case RelayAction.AwaitDisks ignored ->
            throw new IllegalStateException("disks awaited by a message of the peer");
      }
    }
  }

  private static void write(ChannelHandlerContext context, ByteBuffer bytes) {
    context.write(Unpooled.wrappedBuffer(bytes));
  }

  /** One answer stands for all that were asked for while it had to wait. */
  private void answer(ChannelHandlerContext context, ByteBuffer bytes) {
    unanswered = bytes;
    drain(context);
  }

  private void answerBetweenMessages(ChannelHandlerContext context) {
    ByteBuffer due = unanswered;
    if (due != null && fromPeer.atMessageBoundary()) {
      unanswered = null;
      write(context, due);
      context.flush();
    }
  }

  private void announce(ChannelHandlerContext context, RelayAction.AnnouncePorts announcement) {
    announcing = true;
    effects.announce(
        announcement,
        new Announced() {
          @Override
          public void listening(int memoryPort, OptionalInt nbdPort) {
            if (!context.channel().isActive()) {
              return; // channelInactive has cleared what waited, or is about to
            }
            announcing = false;
            if (rewrite(context, announcement.reply(), memoryPort, nbdPort)) {
              drain(context);
              context.flush();
            }
          }

          @Override
          public void failed(String reason) {
            context.pipeline().fireExceptionCaught(new IOException(reason));
          }
        });
  }

  private static boolean rewrite(
      ChannelHandlerContext context, PrepareReply reply, int memoryPort, OptionalInt nbdPort) {
    try {
      write(context, reply.rewritten(memoryPort, nbdPort));
      return true;
    } catch (RpcException e) {
      context.pipeline().fireExceptionCaught(e);
      return false;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    relay.closed().forEach(effects::event);
    for (Waiting left : waiting) {
      if (left instanceof Waiting.WriteEnd end) {
        end.emptied().release();
        end.promise().tryFailure(new ClosedChannelException());
      }
    }
    waiting.clear();
    waitingForDisks.clear();
    context.fireChannelInactive();
  }
}
