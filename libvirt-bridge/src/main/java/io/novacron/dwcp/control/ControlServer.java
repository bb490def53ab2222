package io.novacron.dwcp.control;

import io.novacron.dwcp.control.ControlReply.Failure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the command on {@code control.sock}, which only the daemon's own user can open.
 *
 * <p>One virtual thread accepts and one serves each connection, so a command that stalls holds up
 * nobody; it is cut off after {@link #CONVERSATION_LIMIT}. The daemon's own threads are never used.
 */
public final class ControlServer implements AutoCloseable {

  /** From accepting to the end. An answer takes milliseconds; a stopped terminal takes for ever. */
  public static final Duration CONVERSATION_LIMIT = Duration.ofSeconds(5);

  /** Each holds one descriptor and one reply; further commands wait in the kernel's backlog. */
  private static final int MOST_CONVERSATIONS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  private final Path socket;
  private final ServerSocketChannel listener;
  private final DaemonView view;
  private final Duration conversationLimit;
  private final Semaphore conversations = new Semaphore(MOST_CONVERSATIONS);

  private ControlServer(
      Path socket, ServerSocketChannel listener, DaemonView view, Duration conversationLimit) {
    this.socket = socket;
    this.listener = listener;
    this.view = view;
    this.conversationLimit = conversationLimit;
  }

  /**
   * Takes the socket over from a daemon that died, and starts to answer.
   *
   * @throws IOException when another daemon answers on it, or the directory takes no socket
   */
  public static ControlServer open(Path socket, DaemonView view) throws IOException {
    return open(socket, view, CONVERSATION_LIMIT);
  }

  static ControlServer open(Path socket, DaemonView view, Duration conversationLimit)
      throws IOException {
    refuseSecondDaemon(socket);
    var server = new ControlServer(socket, bind(socket), view, conversationLimit);
    Thread.ofVirtual().name("control").start(server::acceptAll);
    return server;
  }

  private static void refuseSecondDaemon(Path socket) throws IOException {
    if (!Files.exists(socket)) {
      return;
    }
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      throw new IOException(
          "another dwcpd runs already: it answers on " + probe.getRemoteAddress());
    } catch (ConnectException leftBehind) {
      // Nobody listens: the socket outlived its daemon. bind replaces it.
    }
  }

  /**
   * Binds in a directory that only we can enter and moves the socket into place, because bind(2)
   * listens with the permissions of the umask until they are changed.
   */
  private static ServerSocketChannel bind(Path socket) throws IOException {
    Path closet = socket.resolveSibling(".control");
    Path hidden = closet.resolve("s");
    Files.deleteIfExists(hidden);
    Files.deleteIfExists(closet);
    Files.createDirectory(
        closet, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(hidden));
      Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
      Files.move(hidden, socket, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException unusable) {
      listener.close();
      throw unusable;
    } finally {
      Files.deleteIfExists(hidden);
      Files.deleteIfExists(closet);
    }
    return listener;
  }

  private void acceptAll() {
    while (listener.isOpen()) {
      try {
        conversations.acquire();
        SocketChannel command = listener.accept();
        Thread talk = Thread.ofVirtual().name("control-talk").start(() -> converse(command));
        Thread.ofVirtual().name("control-limit").start(() -> cutOff(talk, command));
      } catch (ClosedChannelException closed) {
        return;
      } catch (IOException outOfDescriptors) {
        conversations.release();
        LOG.warn("a dwcp command was not heard: {}", outOfDescriptors.toString());
        pause();
      } catch (InterruptedException never) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Accepting fails at once while the process has no descriptor left; this is not a busy loop. */
  private static void pause() {
    try {
      Thread.sleep(Duration.ofMillis(100));
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
  }

  private void converse(SocketChannel command) {
    try (command) {
      String line = ControlLine.read(command, ControlRequest.LONGEST_REQUEST_BYTES);
      ControlLine.write(command, answer(line).toLine());
    } catch (AsynchronousCloseException cutOff) {
      LOG.warn("a dwcp command was cut off: it took longer than {}", conversationLimit);
    } catch (IOException gone) {
      LOG.debug("a dwcp command went away: {}", gone.toString());
    } finally {
      conversations.release();
    }
  }

  private ControlReply answer(String line) {
    try {
      return ControlReply.of(ControlRequest.fromLine(line), view);
    } catch (ControlException refused) {
      return new Failure(String.valueOf(refused.getMessage()));
    } catch (RuntimeException ourBug) {
      LOG.error("no answer to {}", line, ourBug);
      return new Failure("dwcpd failed to answer: " + ourBug + "; its log has more");
    }
  }

  private void cutOff(Thread talk, SocketChannel command) {
    try {
      if (!talk.join(conversationLimit)) {
        command.close();
      }
    } catch (IOException | InterruptedException alreadyGone) {
      LOG.debug("a dwcp command could not be cut off: {}", alreadyGone.toString());
    }
  }

  /** Stops listening and removes the socket; conversations that run come to their end. */
  @Override
  public void close() throws IOException {
    if (listener.isOpen()) {
      listener.close();
      Files.deleteIfExists(socket);
    }
  }
}
