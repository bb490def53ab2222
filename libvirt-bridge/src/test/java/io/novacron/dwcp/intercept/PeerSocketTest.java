package io.novacron.dwcp.intercept;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.config.PortRange;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.congestion.StreamBounds;
import io.novacron.dwcp.history.MigrationHistory;
import io.novacron.dwcp.history.MigrationRecord;
import io.novacron.dwcp.kernels.KernelVariants;
import io.novacron.dwcp.libvirt.GuestState;
import io.novacron.dwcp.libvirt.Guests;
import io.novacron.dwcp.netty.PeerLink;
import io.novacron.dwcp.netty.StreamSecurity;
import io.novacron.dwcp.netty.TransportSettings;
import io.novacron.dwcp.plugin.MigrationListener;
import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Outcome;
import io.novacron.dwcp.plugin.MigrationListener.Result;
import io.novacron.dwcp.plugin.Peer;
import io.novacron.dwcp.session.SessionSettings;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The socket of a peer whose daemon does not answer. */
@Timeout(120)
class PeerSocketTest {
  private static final Guests NO_GUESTS =
      new Guests() {
        @Override
        public GuestState state(UUID guest) {
          return GuestState.ABSENT;
        }

        @Override
        public void destroy(UUID guest) {
          throw new AssertionError("destroyed " + guest);
        }
      };

  private static final long SECOND = 1_000_000_000L;

  @TempDir Path directory;
  private final io.novacron.dwcp.netty.Transport transport =
      new io.novacron.dwcp.netty.Transport(
          new TransportSettings(
              "host-a",
              1,
              ProtocolVersions.SPOKEN,
              StreamBounds.fixed(1),
              "bbr",
              1,
              1 << 20,
              0,
              5000,
              5000,
              SECOND,
              new SessionSettings(1 << 20, SECOND, SECOND)),
          KernelVariants.load().chosen(),
          StreamSecurity.none());
  private final CompletableFuture<Result> ended = new CompletableFuture<>();

  @AfterEach
  void stop() {
    transport.close();
  }

  private PeerSocket socket(MigrationJournal journal, Path path, int libvirtPort)
      throws IOException {
    int nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = free.getLocalPort();
    }
    Peer peer =
        new Peer(
            "host-b",
            InetSocketAddress.createUnresolved("127.0.0.1", nobody),
            Optional.of(URI.create("qemu+tcp://127.0.0.1:" + libvirtPort + "/system")));
    PeerLink link =
        new PeerLink(transport, "host-b", "127.0.0.1", nobody, SendLimits.none(), channel -> {});
    return new PeerSocket(
        peer,
        link,
        path,
        new PeerSocket.Wiring(
            "host-a",
            new PortRange(30000, 30009),
            journal,
            new PlainRoutes(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            new HeldGuests.With(NO_GUESTS, socket -> NO_GUESTS, millis -> {}),
            true));
  }

  private MigrationJournal journal(MigrationHistory history) {
    MigrationListener listener =
        new MigrationListener() {
          @Override
          public void started(Migration migration) {}

          @Override
          public void ended(Migration migration, Result result) {
            ended.complete(result);
          }
        };
    return new MigrationJournal(history, List.of(listener), InstantSource.system());
  }

  private MigrationHistory history() {
    return MigrationHistory.open(directory, 10, warning -> {});
  }

  @Test
  void carriesMigrationPlainlyAndWritesDownWhy() throws Exception {
    List<RecordedRpc.Chunk> session = RecordedRpc.load("libvirt-11.3-p2p");
    MigrationHistory history = history();
    MigrationJournal journal = journal(history);
    Path path = directory.resolve("host-b.sock");
    try (ServerSocket libvirt = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> destination =
          CompletableFuture.runAsync(() -> serve(libvirt, session));
      PeerSocket socket = socket(journal, path, libvirt.getLocalPort());
      socket.open();
      try (SocketChannel source = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        play(session, true, Channels.newInputStream(source), Channels.newOutputStream(source));
      }
      destination.get();
      socket.stopAccepting();
    }
    assertEquals(Outcome.COMPLETED, ended.get().outcome());
    MigrationRecord migration = history.newest(1).getFirst();
    assertEquals(MigrationListener.Transport.PLAIN_TCP, migration.transport());
    assertTrue(migration.reason().startsWith("peer-unreachable: 127.0.0.1:"), migration.reason());
    assertEquals(1, journal.counters().get("fallbacks.peer-unreachable"));
    assertEquals(1, journal.counters().get("migrations.completed"));
    assertTrue(journal.live().isEmpty());
  }

  private static void serve(ServerSocket listener, List<RecordedRpc.Chunk> session) {
    try (Socket source = listener.accept()) {
      play(session, false, source.getInputStream(), source.getOutputStream());
      assertEquals(-1, source.getInputStream().read());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Plays one side; what the other side sends must come as it was recorded. */
  private static void play(
      List<RecordedRpc.Chunk> session, boolean asSource, InputStream in, OutputStream out)
      throws IOException {
    for (RecordedRpc.Chunk chunk : session) {
      if (chunk.fromSource() == asSource) {
        out.write(chunk.bytes());
        out.flush();
      } else {
        assertArrayEquals(chunk.bytes(), in.readNBytes(chunk.bytes().length));
      }
    }
  }

  @Test
  void replacesWhatFormerDaemonLeftAndLeavesNothingItself() throws Exception {
    Path path = Files.writeString(directory.resolve("host-b.sock"), "left behind", UTF_8);
    PeerSocket socket = socket(journal(history()), path, 1);
    socket.open();
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    socket.stopAccepting();
    assertFalse(Files.exists(path));
  }

  @Test
  void leavesSocketOfAnotherDaemonAlone() throws Exception {
    Path path = directory.resolve("host-b.sock");
    PeerSocket running = socket(journal(history()), path, 1);
    running.open();
    socket(journal(history()), path, 1).stopAccepting();
    assertTrue(Files.exists(path));
    running.stopAccepting();
  }

  @Test
  void namesPathOnWhichItCannotListen() throws Exception {
    for (Path path :
        List.of(
            directory.resolve("absent").resolve("host-b.sock"),
            directory.resolve("x".repeat(120) + ".sock"))) {
      PeerSocket socket = socket(journal(history()), path, 1);
      IOException failed = assertThrows(IOException.class, socket::open);
      assertTrue(failed.getMessage().startsWith("cannot listen on " + path), failed.getMessage());
    }
  }
}
