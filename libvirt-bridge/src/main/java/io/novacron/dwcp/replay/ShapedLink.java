package io.novacron.dwcp.replay;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A port that leads to another one through a link with a rate, a round trip, a queue of 50 ms and
 * loss, shared by all connections. A thread of its own.
 *
 * <p>It forwards what TCP carries, not packets: a full queue stops reading where a router would
 * drop, there is no slow start, and a loss holds its connection up for one more round trip, as a
 * retransmission does, but slows nobody down, as BBR does not. A transfer that keeps the link full
 * takes what rate and bytes say, within a few percent (measured: 97 % of the rate used).
 */
final class ShapedLink implements AutoCloseable {
  /** A millisecond of the rate is read at a time, within these bounds. */
  private static final int LEAST_READ_BYTES = 4 * 1024;

  private static final int MOST_READ_BYTES = 64 * 1024;

  /**
   * What waits unread in the kernel is a queue too. Less than some segments of loopback's 64 KiB
   * would stall TCP.
   */
  private static final int KERNEL_BUFFER_BYTES = 128 * 1024;

  private static final long SEED = 1;

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("replay-link", true), EpollIoHandler.newFactory());
  private final InetSocketAddress target;

  /** Of all connections so far; on the loop. */
  private final List<DirectionHandler> directions = new ArrayList<>();

  private final LinkSchedule forward;
  private final LinkSchedule backward;
  private final int readBytes;
  private final Channel listener;
  private final long threadId;

  private ShapedLink(int targetPort, LinkShape shape) {
    this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
    long now = System.nanoTime();
    this.forward = new LinkSchedule(shape, now, new Random(SEED));
    this.backward = new LinkSchedule(shape, now, new Random(SEED + 1));
    this.readBytes =
        Math.clamp(shape.bitsPerSecond() / 8 / 1000, LEAST_READ_BYTES, MOST_READ_BYTES);
    this.listener =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_RCVBUF, KERNEL_BUFFER_BYTES)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel entered) {
                    join(entered);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    this.threadId =
        loop.submit(() -> Thread.currentThread().threadId()).syncUninterruptibly().getNow();
  }

  /** A link to a port on loopback. */
  static ShapedLink to(int targetPort, LinkShape shape) {
    return new ShapedLink(targetPort, shape);
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Processor time of the link's thread so far. */
  long cpuNanos() {
    return Math.max(0, ManagementFactory.getThreadMXBean().getThreadCpuTime(threadId));
  }

  private void join(Channel entered) {
    DirectionHandler there = new DirectionHandler(forward);
    DirectionHandler back = new DirectionHandler(backward);
    directions.add(there);
    directions.add(back);
    entered.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(readBytes));
    entered.pipeline().addLast(there);
    new Bootstrap()
        .group(entered.eventLoop())
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_RCVBUF, KERNEL_BUFFER_BYTES)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(readBytes))
        .handler(back)
        .connect(target)
        .addListener((ChannelFuture result) -> {
          if (result.isSuccess()) {
            there.leadTo(result.channel(), entered);
            back.leadTo(entered, result.channel());
          } else {
            entered.close();
          }
        });
  }

  @Override
  public void close() {
    loop.submit(() -> directions.forEach(DirectionHandler::drop)).awaitUninterruptibly();
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  /** One direction of one connection: reads while the queue has room, writes when it is time. */
  private static final class DirectionHandler extends ChannelInboundHandlerAdapter {
    private final LinkSchedule schedule;
    private @Nullable Channel exit;
    private final ArrayDeque<ByteBuf> onTheWay = new ArrayDeque<>();
    private long lastNanos = Long.MIN_VALUE;
    private boolean dropped;

    DirectionHandler(LinkSchedule schedule) {
      this.schedule = schedule;
    }

    void leadTo(Channel out, Channel in) {
      exit = out;
      in.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      long now = System.nanoTime();
      long at = schedule.enter(bytes.readableBytes(), now);
      Channel out = exit;
      if (out == null || dropped) {
        bytes.release();
        return;
      }
      onTheWay.addLast(bytes);
      later(context, at, now, () -> arrive(out));
    }

    private void arrive(Channel out) {
      ByteBuf bytes = onTheWay.pollFirst();
      if (bytes != null) {
        out.writeAndFlush(bytes);
      }
    }

    /** Never before what the connection sent earlier. */
    private void later(ChannelHandlerContext context, long at, long now, Runnable action) {
      lastNanos = Math.max(lastNanos, at);
      context.executor().schedule(action, lastNanos - now, TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      readWhenThereIsRoom(context.channel());
    }

    /** A connection whose far end does not take its bytes must not fill this process with them. */
    private void readWhenThereIsRoom(Channel in) {
      Channel out = exit;
      if (!in.isActive() || out == null || !out.isActive()) {
        return;
      }
      long fullNanos = schedule.fullNanos(System.nanoTime());
      if (fullNanos == 0 && out.isWritable()) {
        in.read();
        return;
      }
      long waitNanos = Math.max(fullNanos, 100_000);
      in.eventLoop().schedule(() -> readWhenThereIsRoom(in), waitNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      Channel out = exit;
      if (event instanceof ChannelInputShutdownEvent && out instanceof DuplexChannel duplex) {
        long now = System.nanoTime();
        later(context, schedule.enter(0, now), now, duplex::shutdownOutput);
      }
      context.fireUserEventTriggered(event);
    }

    /** What is on the way when the link itself ends arrives nowhere. */
    void drop() {
      dropped = true;
      onTheWay.forEach(ByteBuf::release);
      onTheWay.clear();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      Channel out = exit;
      if (out != null) {
        long now = System.nanoTime();
        later(context, schedule.enter(0, now), now, out::close);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
