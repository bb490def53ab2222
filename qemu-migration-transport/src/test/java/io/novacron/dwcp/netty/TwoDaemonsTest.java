package io.novacron.dwcp.netty;

import static io.novacron.dwcp.netty.TwoDaemons.PATIENCE_SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.novacron.dwcp.fallback.Fallback;
import io.novacron.dwcp.fallback.Fallback.Kind;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.SourceSession;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.wire.FrameEncoder;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TwoDaemonsTest {
  private static final int MIB = 1024 * 1024;

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Waits for the count that the listener's threads will reach. */
  private static void awaitStreams(PeerLink link, int wanted) throws Exception {
    for (int i = 0; i < 50 * PATIENCE_SECONDS; i++) {
      CompletableFuture<Integer> streams = new CompletableFuture<>();
      link.loop().execute(() -> streams.complete(link.state().streams()));
      if (await(streams) == wanted) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new AssertionError("never had " + wanted + " streams");
  }

  @Test
  void carriesAMigrationOverEightStreamsAndItsAnswerBack() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(8);
        Programs programs = new Programs()) {
      byte[] migration = SyntheticStreams.migration(new Random(1), 64 * MIB / 4096);
      byte[] answer = new byte[100_000];
      CompletableFuture<byte[]> received = new CompletableFuture<>();
      PeerLink link = daemons.link(daemons.port());
      SourceSession session = await(TwoDaemons.acquire(link));
      awaitStreams(link, 8);
      assertEquals(8, daemons.destinationStreams(), "streams that the destination sees");
      int port = daemons.intercept(link, session, programs.sink(received, answer));
      CompletableFuture<byte[]> talk = programs.talkTo(port, migration);
      assertArrayEquals(migration, await(received));
      assertArrayEquals(answer, await(talk));
      ChannelEnd channel = daemons.closedAtSource.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertEquals("", channel.abortReason());
      assertEquals(migration.length + answer.length, channel.tally().rawBytes());
    }
  }

  @Test
  void echoesManyConnectionsAtOnce() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(4);
        Programs programs = new Programs()) {
      PeerLink link = daemons.link(daemons.port());
      int port = daemons.intercept(link, await(TwoDaemons.acquire(link)), programs.echo());
      Random random = new Random(2);
      byte[][] sent = new byte[24][];
      CompletableFuture<?>[] answers = new CompletableFuture<?>[24];
      for (int i = 0; i < sent.length; i++) {
        sent[i] = SyntheticStreams.noise(random, random.nextInt(2 * MIB));
        answers[i] = programs.talkTo(port, sent[i]);
      }
      for (int i = 0; i < sent.length; i++) {
        assertArrayEquals(sent[i], (byte[]) await(answers[i]), "connection " + i);
      }
    }
  }

  @Test
  void losesNoByteOnAPathThatResetsItsConnections() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(4);
        Programs programs = new Programs()) {
      Random random = new Random(3);
      int path = programs.brittlePath(daemons.port(), random, MIB / 2, 3 * MIB);
      byte[] migration = SyntheticStreams.migration(random, 32 * MIB / 4096);
      CompletableFuture<byte[]> received = new CompletableFuture<>();
      PeerLink link = daemons.link(path);
      SourceSession session = await(TwoDaemons.acquire(link));
      int port = daemons.intercept(link, session, programs.sink(received, new byte[9]));
      CompletableFuture<byte[]> talk = programs.talkTo(port, migration);
      assertArrayEquals(migration, await(received));
      assertEquals(9, await(talk).length);
      CompletableFuture<Long> resent = new CompletableFuture<>();
      link.loop().execute(() -> resent.complete(session.resentFrames()));
      assertTrue(await(resent) > 0, "the path broke nothing");
    }
  }

  @Test
  void resetsTheConnectionWhenTheDestinationDaemonWasRestarted() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(2);
        Programs programs = new Programs()) {
      PeerLink link = daemons.link(daemons.port());
      int port =
          daemons.intercept(link, await(TwoDaemons.acquire(link)), programs.says(new byte[5]));
      try (Socket qemu = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertEquals(5, qemu.getInputStream().readNBytes(5).length);
        daemons.restartDestination();
        assertThrows(IOException.class, () -> qemu.getInputStream().read());
      }
      ChannelEnd channel = daemons.closedAtSource.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertTrue(!channel.abortReason().isEmpty());
      int again = daemons.intercept(link, await(TwoDaemons.acquire(link)), programs.echo());
      assertEquals(7, await(programs.talkTo(again, new byte[7])).length);
    }
  }

  @Test
  void resetsTheConnectionWhenNobodyListensAtTheDestination() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(2);
        Programs programs = new Programs()) {
      PeerLink link = daemons.link(daemons.port());
      int port = daemons.intercept(link, await(TwoDaemons.acquire(link)), closedPort());
      ExecutionException failed =
          assertThrows(ExecutionException.class, () -> await(programs.talkTo(port, new byte[100])));
      assertInstanceOf(IOException.class, failed.getCause());
      ChannelEnd channel = daemons.closedAtSource.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertTrue(channel.abortReason().contains("CONNECT"), channel.abortReason());
    }
  }

  private static int closedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Fallback whyNot(PeerLink link) {
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> await(TwoDaemons.acquire(link)));
    return assertInstanceOf(TwoDaemons.Unavailable.class, failed.getCause()).fallback;
  }

  @Test
  void saysThatAPeerIsAbsent() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(2)) {
      Fallback fallback = whyNot(daemons.link(closedPort()));
      assertEquals(Kind.PEER_UNREACHABLE, fallback.kind());
      assertTrue(fallback.detail().contains("refused"), fallback.detail());
    }
  }

  @Test
  void saysThatAPeerIsSilent() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(2);
        Programs programs = new Programs()) {
      Fallback fallback = whyNot(daemons.link(programs.says(new byte[0])));
      assertEquals(Kind.PEER_NOT_DWCP, fallback.kind());
      String limit = "within " + TwoDaemons.HANDSHAKE_MILLIS + " ms";
      assertTrue(fallback.detail().contains(limit), fallback.detail());
    }
  }

  @Test
  void saysWhatAPeerOfAnotherProtocolSaid() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(2);
        Programs programs = new Programs()) {
      byte[] http =
          "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII);
      Fallback fallback = whyNot(daemons.link(programs.says(http)));
      assertEquals(Kind.PEER_NOT_DWCP, fallback.kind());
      assertTrue(fallback.detail().contains("HTTP/1.1"), fallback.detail());
    }
  }

  @Test
  void saysThatAPeerSpeaksOnlyNewerVersions() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(2)) {
      int next = ProtocolVersions.SPOKEN.newest() + 1;
      ProtocolVersions later = new ProtocolVersions(next, next + 1);
      TransportSettings newer = daemons.settings("host-c", 9, later);
      try (Transport transport = new Transport(newer, new JavaPageKernels(), 1)) {
        DestinationSessions sessions = new DestinationSessions(transport, daemons.host());
        Channel listener = TwoDaemons.listen(sessions, 0);
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        Fallback fallback = whyNot(daemons.link(port));
        assertEquals(Kind.PEER_REFUSED, fallback.kind());
        assertTrue(fallback.detail().contains(later + " spoken here"), fallback.detail());
        assertEquals(0, sessions.count());
      }
    }
  }

  @Test
  void holdsNothingForAStrangerThatSendsDataBeforeHello() throws Exception {
    try (TwoDaemons daemons = new TwoDaemons(2)) {
      ByteBuffer payload = ByteBuffer.allocate(300_000);
      ByteBuffer header = FrameEncoder.dataHeader(1, 1, payload);
      byte[] frame = new byte[header.remaining() + payload.remaining()];
      header.get(frame, 0, header.remaining());
      for (int i = 0; i < 20; i++) {
        try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), daemons.port())) {
          assertTrue(isClosedAfter(frame, stranger), "the stranger was answered");
        }
      }
      assertEquals(0, daemons.destination().count());
    }
  }

  /** What is closed with bytes unread is reset: it may be the write that learns of it. */
  private static boolean isClosedAfter(byte[] sent, Socket stranger) {
    try {
      stranger.getOutputStream().write(sent);
      return stranger.getInputStream().read() == -1;
    } catch (IOException reset) {
      return true;
    }
  }
}
