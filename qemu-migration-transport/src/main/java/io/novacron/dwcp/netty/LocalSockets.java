package io.novacron.dwcp.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.novacron.dwcp.session.ChannelEnd;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Connections within this host: to libvirt, from libvirt or QEMU, to QEMU. They do not read by
 * themselves and may be half-closed.
 */
public final class LocalSockets {
  /**
   * Kernel memory towards and from QEMU counts as backlog (downtime rule): 512 KiB is 10 ms at 400
   * Mbit/s, and still moves more than 2 GB/s over loopback.
   */
  private static final int KERNEL_BUFFER_BYTES = 512 * 1024;

  private LocalSockets() {}

  /** Puts handlers on a connection, on its event loop, before any byte is read. */
  public interface Setup extends Consumer<Channel> {}

  public static ChannelFuture connectUnix(EventLoop loop, Path path, Setup setup) {
    return new Bootstrap()
        .group(loop)
        .channel(EpollDomainSocketChannel.class)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.AUTO_READ, false)
        .handler(initializer(setup))
        .connect(new DomainSocketAddress(path.toString()));
  }

  public static ChannelFuture connectLoopback(EventLoop loop, int port, Setup setup) {
    return connectTcp(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), setup);
  }

  /** A plain connection to another host, for the fallback. */
  public static ChannelFuture connectTcp(EventLoop loop, InetSocketAddress address, Setup setup) {
    return new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5000)
        .option(ChannelOption.SO_SNDBUF, KERNEL_BUFFER_BYTES)
        .handler(initializer(setup))
        .connect(address);
  }

  /** Listens on a unix socket; each connection lives on the given loop. */
  public static ChannelFuture listenUnix(EventLoop loop, Path path, Setup setup) {
    return new ServerBootstrap()
        .group(loop, loop)
        .channel(EpollServerDomainSocketChannel.class)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.AUTO_READ, false)
        .childHandler(initializer(setup))
        .bind(new DomainSocketAddress(path.toString()));
  }

  /** Listens on a loopback port for libvirt or QEMU of this host. */
  public static ChannelFuture listenLoopback(EventLoop loop, int port, Setup setup) {
    return new ServerBootstrap()
        .group(loop, loop)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_RCVBUF, KERNEL_BUFFER_BYTES)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(initializer(setup))
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private static ChannelInitializer<Channel> initializer(Setup setup) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        // without autoRead Netty reads once per request, so the whole measure must fit in one
        channel
            .config()
            .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(ChannelEnd.MAX_READ_BYTES));
        setup.accept(channel);
      }
    };
  }
}
