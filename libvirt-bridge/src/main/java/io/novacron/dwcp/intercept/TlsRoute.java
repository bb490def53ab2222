package io.novacron.dwcp.intercept;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.novacron.dwcp.netty.LocalSockets;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * {@code qemu+tls} to one host: the host's certificate must come from libvirt's CA and name the
 * host as the URI does.
 */
final class TlsRoute {
  private final SslContext context;
  private final TlsFiles files;
  private final String host;
  private final int port;

  private TlsRoute(SslContext context, TlsFiles files, String host, int port) {
    this.context = context;
    this.files = files;
    this.host = host;
    this.port = port;
  }

  /** Reads the files, so not on an event loop. */
  static TlsRoute load(TlsFiles files, String host, int port) throws IOException {
    return new TlsRoute(files.load(), files, host, port);
  }

  void connect(InetSocketAddress address, EventLoop loop, PlainRoutes.Answer answer) {
    String where = "qemu+tls to " + host + ":" + port + " (" + files + ")";
    TlsVerdictHandler verdict = new TlsVerdictHandler(where, answer);
    LocalSockets.connectTcp(
            loop,
            address,
            libvirt ->
                libvirt
                    .pipeline()
                    .addLast("tls", context.newHandler(libvirt.alloc(), host, port))
                    .addLast("verdict", verdict))
        .addListener((ChannelFuture result) -> {
          if (!result.isSuccess()) {
            verdict.failed(String.valueOf(result.cause().getMessage()));
          }
        });
  }
}
