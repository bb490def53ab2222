package io.novacron.dwcp.intercept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.novacron.dwcp.fallback.LibvirtRoute;
import io.novacron.dwcp.netty.LocalSockets;
import io.novacron.dwcp.plugin.Peer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;

/** Opens the way to a peer's stock libvirt that the operator configured. */
public final class PlainRoutes {
  /** Answer to {@link #connect}, on the event loop. */
  interface Answer {
    /** A connection that carries libvirt RPC from its first byte on; it does not read by itself. */
    void connected(Channel libvirt);

    void failed(String reason);
  }

  void connect(Peer peer, EventLoop loop, Answer answer) {
    Optional<URI> uri = peer.libvirt();
    if (uri.isEmpty()) {
      answer.failed("peer " + peer.name() + " has no `libvirt` URI configured");
      return;
    }
    switch (LibvirtRoute.of(uri.get())) {
      case LibvirtRoute.Tcp tcp -> tcp(tcp, loop, answer);
      case LibvirtRoute.Tls tls -> answer.failed("qemu+tls is not there yet: " + tls);
      case LibvirtRoute.Ssh ssh -> answer.failed("qemu+ssh is not there yet: " + ssh);
      case LibvirtRoute.Unusable unusable -> answer.failed(unusable.reason());
    }
  }

  private static void tcp(LibvirtRoute.Tcp tcp, EventLoop loop, Answer answer) {
    LocalSockets.connectTcp(loop, new InetSocketAddress(tcp.host(), tcp.port()), libvirt -> {})
        .addListener((ChannelFuture result) -> {
          if (result.isSuccess()) {
            answer.connected(result.channel());
          } else {
            answer.failed(String.valueOf(result.cause().getMessage()));
          }
        });
  }
}
