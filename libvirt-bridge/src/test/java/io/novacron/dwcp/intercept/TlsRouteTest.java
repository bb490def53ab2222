package io.novacron.dwcp.intercept;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.novacron.dwcp.plugin.Peer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TlsRouteTest {
  @TempDir static Path directory;
  private static TestCertificates certificates;
  private static TestLoop loop;

  @BeforeAll
  static void makeCertificates() throws Exception {
    assumeTrue(TestCertificates.opensslIsThere(), "openssl is not installed");
    certificates = new TestCertificates(directory);
    certificates.authority("ca");
    certificates.authority("stranger");
    certificates.certificate("destination", "ca", "localhost");
    certificates.certificate("elsewhere", "ca", "elsewhere");
    certificates.certificate("source", "ca", "host-a");
    certificates.certificate("impostor", "stranger", "host-a");
    loop = new TestLoop();
  }

  @AfterAll
  static void stop() {
    if (loop != null) {
      loop.close();
    }
  }

  @Test
  void passesRpcOnAndKeepsTheVerdictToItself() throws Exception {
    Channel libvirt = connect("destination", (byte) 1, certificates.files("ca", "source"));
    assertEquals("echo", echo(libvirt));
    libvirt.close().sync();
  }

  @Test
  void readsTheKeyThatCerttoolWrites() throws Exception {
    certificates.openssl(
        List.of("rsa", "-in", "source.key", "-traditional", "-out", "traditional.key"));
    assertTrue(
        Files.readString(certificates.file("traditional.key")).contains("BEGIN RSA PRIVATE KEY"));
    Files.copy(certificates.file("source.pem"), certificates.file("traditional.pem"));
    Channel libvirt = connect("destination", (byte) 1, certificates.files("ca", "traditional"));
    assertEquals("echo", echo(libvirt));
    libvirt.close().sync();
  }

  @Test
  void refusesHostOfAnotherAuthority() throws Exception {
    String failure =
        attempt("destination", (byte) 1, certificates.files("stranger", "impostor")).failure();
    assertTrue(failure.contains("certification path"), failure);
    assertTrue(failure.contains("CA " + certificates.file("stranger.pem")), failure);
  }

  @Test
  void refusesHostOfAnotherName() throws Exception {
    String failure = attempt("elsewhere", (byte) 1, certificates.files("ca", "source")).failure();
    assertTrue(failure.contains("localhost") && failure.contains("matching"), failure);
  }

  @Test
  void saysThatItsOwnCertificateWasRefused() throws Exception {
    String failure =
        attempt("destination", (byte) 1, certificates.files("ca", "impostor")).failure();
    assertTrue(failure.startsWith("qemu+tls to localhost:"), failure);
    assertTrue(failure.contains("certificate"), failure);
  }

  @Test
  void failsWithoutTheVerdict() throws Exception {
    String failure = attempt("destination", (byte) 0, certificates.files("ca", "source")).failure();
    assertTrue(failure.contains("expected one byte 1"), failure);
  }

  @Test
  void namesFilesThatLack() throws Exception {
    String noAuthority =
        attempt("destination", (byte) 1, certificates.files("nobody", "source")).failure();
    assertTrue(noAuthority.contains(certificates.file("nobody.pem").toString()), noAuthority);

    String noCertificate =
        attempt("destination", (byte) 1, certificates.files("ca", "nobody")).failure();
    assertTrue(noCertificate.contains(certificates.file("nobody.key").toString()), noCertificate);
    assertTrue(noCertificate.contains("the last two lack"), noCertificate);

    Files.copy(certificates.file("source.pem"), certificates.file("half.pem"));
    String noKey = attempt("destination", (byte) 1, certificates.files("ca", "half")).failure();
    assertTrue(noKey.contains("only one of them exists"), noKey);
  }

  @Test
  void refusesWhatIsNoKeyOrNoCertificate() throws Exception {
    Files.writeString(certificates.file("broken.pem"), "no certificate");
    Files.writeString(certificates.file("broken.key"), "no key");
    String noKey = attempt("destination", (byte) 1, certificates.files("ca", "broken")).failure();
    assertTrue(noKey.contains("broken.key holds no private key"), noKey);
    String noAuthority =
        attempt("destination", (byte) 1, certificates.files("broken", "source")).failure();
    assertTrue(noAuthority.contains("broken.pem holds no certificate"), noAuthority);
    Files.writeString(
        certificates.file("broken.key"),
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
    String sec1 = attempt("destination", (byte) 1, certificates.files("ca", "broken")).failure();
    assertTrue(sec1.contains("openssl pkcs8"), sec1);
  }

  @Test
  void isNotTriedWhereRevocationWouldGoUnchecked() throws Exception {
    TlsFiles source = certificates.files("ca", "source");
    TlsFiles withList = new TlsFiles(source.ca(), source.certificate(), source.key(), source.ca());
    String failure = attempt("destination", (byte) 1, withList).failure();
    assertTrue(failure.contains("revocation list"), failure);
  }

  private static Channel connect(String destination, byte verdict, TlsFiles files)
      throws Exception {
    return attempt(destination, verdict, files).channel.get();
  }

  /** Connects to a libvirt of that certificate, which says that verdict and then echoes. */
  private static TestLoop.FutureAnswer attempt(String destination, byte verdict, TlsFiles files)
      throws Exception {
    SslContext context =
        SslContextBuilder.forServer(
                certificates.file(destination + ".pem").toFile(),
                certificates.file(destination + ".key").toFile())
            .sslProvider(SslProvider.JDK)
            .trustManager(certificates.file("ca.pem").toFile())
            .clientAuth(ClientAuth.REQUIRE)
            .build();
    int port =
        loop.listen(socket -> {
          socket.config().setAutoRead(true);
          socket.pipeline().addLast(context.newHandler(socket.alloc()), new Echo(verdict));
        });
    Peer peer =
        new Peer(
            "host-b",
            InetSocketAddress.createUnresolved("host-b", 16590),
            Optional.of(URI.create("qemu+tls://localhost:" + port + "/system")));
    TestLoop.FutureAnswer answer = new TestLoop.FutureAnswer();
    PlainRoutes routes = new PlainRoutes(files, new SshRoute("ssh"));
    loop.run(() -> routes.connect(peer, loop.loop(), answer));
    return answer;
  }

  private static String echo(Channel libvirt) throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    loop.run(() -> {
      libvirt.pipeline().addLast(new Reader(seen::add));
      libvirt.writeAndFlush(Unpooled.copiedBuffer("echo", UTF_8));
      libvirt.read();
    });
    String first = seen.take();
    assertFalse(first.isEmpty());
    return first;
  }

  private static final class Reader extends ChannelInboundHandlerAdapter {
    private final Consumer<String> seen;

    Reader(Consumer<String> seen) {
      this.seen = seen;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      seen.accept(bytes.toString(UTF_8));
      bytes.release();
    }
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    private final byte verdict;

    Echo(byte verdict) {
      this.verdict = verdict;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
        context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {verdict}));
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
