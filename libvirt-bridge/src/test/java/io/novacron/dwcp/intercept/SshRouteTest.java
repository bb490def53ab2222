package io.novacron.dwcp.intercept;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.novacron.dwcp.plugin.Peer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With shell scripts in the place of ssh. */
@Timeout(120)
class SshRouteTest {
  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();

  @AfterEach
  void stop() {
    loop.close();
  }

  @Test
  void asksForTheHelperWithoutTerminalAndQuestions() throws Exception {
    Path arguments = directory.resolve("arguments");
    try (Socket libvirt = through("printf '%s ' \"$@\" >'" + arguments + "'; exec cat")) {
      libvirt.shutdownOutput();
      assertEquals(-1, libvirt.getInputStream().read());
    }
    assertEquals(
        "-T -e none -o BatchMode=yes -o ConnectTimeout=5 -p 2222 -l nova -- host-b virt-ssh-helper"
            + " qemu:///system ",
        Files.readString(arguments));
    assertEquals(
        "[ssh, -T, -e, none, -o, BatchMode=yes, -o, ConnectTimeout=5, --, host-b, virt-ssh-helper,"
            + " qemu:///system]",
        new SshRoute("ssh").command("", "host-b", 0).toString());
  }

  @Test
  void carriesEveryByteBothWaysAndThenTheEnd() throws Exception {
    byte[] sent = new byte[8 * 1024 * 1024]; // far more than all buffers on the way
    new Random(7).nextBytes(sent);
    try (Socket libvirt = through("exec cat")) {
      CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(libvirt, sent));
      InputStream in = libvirt.getInputStream();
      assertArrayEquals(sent, in.readNBytes(sent.length));
      writing.get();
      libvirt.shutdownOutput();
      assertEquals(-1, in.read());
    }
  }

  private static void write(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void endsSshWithTheConnection() throws Exception {
    Socket libvirt = through("echo $$; exec sleep 1000");
    byte[] line = new byte[64];
    int length = libvirt.getInputStream().read(line);
    long pid = Long.parseLong(new String(line, 0, length, UTF_8).strip());
    libvirt.setSoLinger(true, 0); // gone, not half-closed
    libvirt.close();
    Optional<ProcessHandle> ssh = ProcessHandle.of(pid);
    if (ssh.isPresent()) {
      ssh.get().onExit().get();
    }
  }

  @Test
  void endsTheConnectionWithSsh() throws Exception {
    try (Socket libvirt = through("echo 'Permission denied (publickey).' >&2; exit 255")) {
      assertEquals(-1, libvirt.getInputStream().read());
    }
  }

  @Test
  void saysThatThereIsNoSsh() throws Exception {
    TestLoop.FutureAnswer answer = new TestLoop.FutureAnswer();
    connect(directory.resolve("absent").toString(), answer);
    assertTrue(answer.failure().startsWith("ssh to host-b cannot be started: "), answer.failure());
  }

  private void connect(String program, PlainRoutes.Answer answer) throws Exception {
    Peer peer =
        new Peer(
            "host-b",
            InetSocketAddress.createUnresolved("host-b", 16590),
            Optional.of(URI.create("qemu+ssh://nova@host-b:2222/system")));
    PlainRoutes routes = new PlainRoutes(TlsFiles.LIBVIRT, new SshRoute(program));
    loop.run(() -> routes.connect(peer, loop.loop(), answer));
  }

  /** A socket whose other end is joined to ssh, which is this script. */
  private Socket through(String script) throws Exception {
    Path program = Files.writeString(directory.resolve("fake-ssh"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    int port = loop.listen(accepted::complete);
    Socket libvirt = new Socket(InetAddress.getLoopbackAddress(), port);
    Channel near = accepted.get();
    CompletableFuture<Channel> joined = new CompletableFuture<>();
    connect(
        program.toString(),
        new PlainRoutes.Answer() {
          @Override
          public void connected(Channel ssh) {
            PipeHandler.join(near, ssh);
            joined.complete(ssh);
          }

          @Override
          public void failed(String reason) {
            joined.completeExceptionally(new AssertionError(reason));
          }
        });
    joined.get();
    return libvirt;
  }
}
