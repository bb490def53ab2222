package io.novacron.dwcp.intercept;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.novacron.dwcp.netty.LocalSockets;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One event loop for tests with real sockets. */
final class TestLoop implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();

  EventLoop loop() {
    return loop;
  }

  <T> T call(Callable<T> work) throws Exception {
    return loop.submit(work).get();
  }

  void run(Runnable work) throws Exception {
    loop.submit(work).get();
  }

  /** Listens on a free loopback port, which is returned. */
  int listen(Consumer<Channel> accepted) throws Exception {
    Channel listener = LocalSockets.listenLoopback(loop, 0, accepted::accept).sync().channel();
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** A route's answer as a future. */
  static final class FutureAnswer implements PlainRoutes.Answer {
    final CompletableFuture<Channel> channel = new CompletableFuture<>();

    @Override
    public void connected(Channel libvirt) {
      channel.complete(libvirt);
    }

    @Override
    public void failed(String reason) {
      channel.completeExceptionally(new AssertionError(reason));
    }

    String failure() {
      return String.valueOf(
          channel
              .handle((ok, failed) -> failed == null ? "connected" : failed.getMessage())
              .join());
    }
  }
}
