package io.novacron.dwcp.intercept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.novacron.dwcp.fallback.LibvirtRoute;
import io.novacron.dwcp.netty.LocalSockets;
import io.novacron.dwcp.plugin.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Opens the way to a peer's stock libvirt that the operator configured: TCP, TLS or ssh.
 *
 * <p>Names, files and processes may keep their caller waiting, so each way is prepared on a thread
 * of its own and only then goes to the event loop.
 */
public final class PlainRoutes {
  /** Answer to {@link #connect}, once, on the event loop. */
  interface Answer {
    /** A connection that carries libvirt RPC from its first byte on; it does not read by itself. */
    void connected(Channel libvirt);

    void failed(String reason);
  }

  /** What may take its time; {@code onLoop} of the result continues on the event loop. */
  private interface Preparation {
    Runnable onLoop() throws IOException;
  }

  private final TlsFiles tlsFiles;
  private final SshRoute ssh;

  /** As libvirt does it: its own certificates, and whatever {@code ssh} is in the path. */
  public PlainRoutes() {
    this(TlsFiles.LIBVIRT, new SshRoute("ssh"));
  }

  PlainRoutes(TlsFiles tlsFiles, SshRoute ssh) {
    this.tlsFiles = tlsFiles;
    this.ssh = ssh;
  }

  void connect(Peer peer, EventLoop loop, Answer answer) {
    Optional<URI> uri = peer.libvirt();
    if (uri.isEmpty()) {
      answer.failed("peer " + peer.name() + " has no `libvirt` URI configured");
      return;
    }
    switch (LibvirtRoute.of(uri.get())) {
      case LibvirtRoute.Tcp tcp ->
          prepare(
              loop,
              answer,
              () -> {
                InetSocketAddress address = resolve(tcp.host(), tcp.port());
                return () -> tcp(address, loop, answer);
              });
      case LibvirtRoute.Tls tls ->
          prepare(
              loop,
              answer,
              () -> {
                TlsRoute route = TlsRoute.load(tlsFiles, tls.host(), tls.port());
                InetSocketAddress address = resolve(tls.host(), tls.port());
                return () -> route.connect(address, loop, answer);
              });
      case LibvirtRoute.Ssh to ->
          prepare(
              loop,
              answer,
              () -> {
                ProcessSocket process = ssh.open(to.user(), to.host(), to.port(), loop);
                return () -> {
                  answer.connected(process.channel());
                  process.begin();
                };
              });
      case LibvirtRoute.Unusable unusable -> answer.failed(unusable.reason());
    }
  }

  private static void prepare(EventLoop loop, Answer answer, Preparation preparation) {
    Thread.ofVirtual()
        .name("dwcp-route")
        .start(() -> {
          Runnable next;
          try {
            next = preparation.onLoop();
          } catch (IOException | RuntimeException e) {
            String reason = e instanceof IOException ? e.getMessage() : e.toString();
            next = () -> answer.failed(String.valueOf(reason));
          }
          loop.execute(next);
        });
  }

  private static InetSocketAddress resolve(String host, int port) throws IOException {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IOException("no address of the host " + host + " is known", e);
    }
  }

  private static void tcp(InetSocketAddress address, EventLoop loop, Answer answer) {
    LocalSockets.connectTcp(loop, address, libvirt -> {})
        .addListener((ChannelFuture result) -> {
          if (result.isSuccess()) {
            answer.connected(result.channel());
          } else {
            answer.failed(String.valueOf(result.cause().getMessage()));
          }
        });
  }
}
