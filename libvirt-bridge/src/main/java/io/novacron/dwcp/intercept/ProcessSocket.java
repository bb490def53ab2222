package io.novacron.dwcp.intercept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.novacron.dwcp.netty.LocalSockets;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Standard input and output of a process as a socket of an event loop. The JDK has no socketpair
 * and cannot poll pipes, so a pair of connected unix sockets stands between, and one thread for
 * each direction copies: blocking reads and writes are the back-pressure.
 *
 * <p>The end of either direction passes through by itself. When the socket closes the process is
 * told to end (SIGTERM), and killed if it does not.
 */
final class ProcessSocket {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessSocket.class);

  private static final int COPY_BYTES = 64 * 1024;

  /** 1 KiB of what the process complains about makes one line of the log. */
  private static final int LOG_BYTES = 1024;

  /** 5 s from SIGTERM to SIGKILL; ssh ends at once, unless it waits for the network. */
  private static final long KILL_SECONDS = 5;

  private final Channel near;
  private final Process process;
  private final SocketChannel socket;
  private final String name;

  private ProcessSocket(Channel near, Process process, SocketChannel socket, String name) {
    this.near = near;
    this.process = process;
    this.socket = socket;
    this.name = name;
  }

  /**
   * Starts the process, of which nothing is read before {@link #begin}. Waits for the event loop,
   * so not on one.
   */
  static ProcessSocket start(ProcessBuilder command, String name, EventLoop loop)
      throws IOException {
    Path directory = Files.createTempDirectory("dwcp");
    Path path = directory.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      ChannelFuture near = LocalSockets.connectUnix(loop, path, channel -> {});
      if (!near.awaitUninterruptibly().isSuccess()) {
        throw new IOException(name + ": no socket at " + path + ": " + near.cause().getMessage());
      }
      SocketChannel far = server.accept();
      try {
        ProcessSocket started = new ProcessSocket(near.channel(), command.start(), far, name);
        started.endWithSocket(loop);
        return started;
      } catch (IOException e) {
        near.channel().close();
        far.close();
        throw new IOException(name + " cannot be started: " + e.getMessage(), e);
      }
    } finally {
      Files.deleteIfExists(path);
      Files.deleteIfExists(directory);
    }
  }

  /** The process's side of the event loop's socket. */
  Channel channel() {
    return near;
  }

  /** Lets bytes pass, once the socket has its handlers. */
  void begin() {
    thread("stdin", this::toProcess);
    thread("stdout", this::fromProcess);
    thread("stderr", this::logErrors);
  }

  private void endWithSocket(EventLoop loop) {
    near.closeFuture()
        .addListener(closed -> {
          process.destroy();
          loop.schedule(process::destroyForcibly, KILL_SECONDS, TimeUnit.SECONDS);
        });
  }

  private void thread(String what, Runnable work) {
    Thread.ofPlatform().daemon().name("dwcp-" + name + "-" + what).start(work);
  }

  private void toProcess() {
    try (OutputStream out = process.getOutputStream()) {
      copy(Channels.newInputStream(socket), out);
    } catch (IOException e) {
      LOG.debug("{}: its input ended: {}", name, e.getMessage());
      process.destroy();
    }
  }

  private void fromProcess() {
    try {
      InputStream in = process.getInputStream();
      copy(in, Channels.newOutputStream(socket));
      socket.shutdownOutput();
    } catch (IOException e) {
      LOG.debug("{}: its output ended: {}", name, e.getMessage());
      process.destroy();
    } finally {
      ended();
    }
  }

  private void ended() {
    int status = process.onExit().join().exitValue();
    if (status != 0) {
      LOG.warn("{} ended with status {}", name, status);
    }
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("{}: {}", name, e.getMessage());
    }
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] bytes = new byte[COPY_BYTES];
    for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
      out.write(bytes, 0, count);
      out.flush();
    }
  }

  private void logErrors() {
    byte[] bytes = new byte[LOG_BYTES];
    try (InputStream errors = process.getErrorStream()) {
      for (int count = errors.read(bytes); count >= 0; count = errors.read(bytes)) {
        String said = new String(bytes, 0, count, StandardCharsets.UTF_8);
        LOG.warn("{}: {}", name, said.replaceAll("\\p{Cntrl}+", " ").strip());
      }
    } catch (IOException e) {
      LOG.debug("{}: its error output ended: {}", name, e.getMessage());
    }
  }
}
