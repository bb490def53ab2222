package io.novacron.dwcp.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.history.MigrationRecord;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlServerTest {

  @TempDir Path directory;

  private final FakeDaemon daemon = new FakeDaemon();
  private Path socket;
  private ControlServer server;

  @BeforeEach
  void open() throws IOException {
    socket = directory.resolve("control.sock");
    server = ControlServer.open(socket, daemon);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void givesReportsThatReadBackEqual() throws ControlException {
    var client = new ControlClient(socket);
    assertEquals(daemon.status(), ControlClient.status(client.ask(new ControlRequest.Status())));
    assertEquals(daemon.peers(), ControlClient.peers(client.ask(new ControlRequest.Peers())));
    assertEquals(
        daemon.history(9), ControlClient.history(client.ask(new ControlRequest.History(9))));
  }

  @Test
  void givesNoMoreHistoryThanAskedFor() throws ControlException {
    var report = new ControlClient(socket).ask(new ControlRequest.History(1));
    assertEquals(List.of(FakeDaemon.completed()), ControlClient.history(report));
  }

  @Test
  void answersRequestSplitAtEveryByte() throws IOException {
    byte[] request = "{\"request\":\"history\",\"limit\":1}\n".getBytes(UTF_8);
    String whole = converse(request, request.length);
    assertTrue(whole.startsWith("{\"answer\":[{\"id\":\"m2\""), whole);
    for (int cut = 0; cut < request.length; cut++) {
      assertEquals(whole, converse(request, cut), "cut at " + cut);
    }
  }

  @Test
  void refusesWhatIsNoRequest() throws IOException {
    assertEquals(
        "{\"error\":\"request \\\"stop\\\" is not known; known are status, peers, history,"
            + " baselines, drop-baselines, limits, set-limit\"}",
        converse("{\"request\":\"stop\"}"));
    assertEquals(
        "{\"error\":\"request \\\"nothing\\\" is not known; known are status, peers, history,"
            + " baselines, drop-baselines, limits, set-limit\"}",
        converse("{}"));
    assertEquals(
        "{\"error\":\"request \\\"history\\\" needs a limit\"}",
        converse("{\"request\":\"history\"}"));
    for (String bad :
        List.of(
            "",
            "GET / HTTP/1.1\r",
            "[]",
            "{\"request\":{}}",
            "{\"request\":\"history\",\"limit\":0}",
            "{\"request\":\"set-limit\",\"name\":\"host\",\"bytesPerSecond\":\"fast\"}",
            "{\"request\":\"history\",\"limit\":\"all\"}",
            "{\"request\":\"history\",\"limit\":100001}")) {
      String reply = converse(bad);
      assertTrue(reply.startsWith("{\"error\":\"request is malformed"), bad + " -> " + reply);
    }
  }

  @Test
  void refusesALimitWithoutNameOrRate() throws IOException {
    String expected = "{\"error\":\"request \\\"set-limit\\\" needs a name and bytesPerSecond\"}";
    assertEquals(expected, converse("{\"request\":\"set-limit\",\"name\":\"host\"}"));
    assertEquals(expected, converse("{\"request\":\"set-limit\",\"bytesPerSecond\":0}"));
  }

  @Test
  void passesALimitOn() throws ControlException {
    var report = new ControlClient(socket).ask(new ControlRequest.SetLimit("host-b", 2_000_000));
    assertEquals(2_000_000L, ControlClient.limits(report).getLast().limitBytesPerSecond());
    var asked = new ControlClient(socket).ask(new ControlRequest.Limits());
    assertEquals(daemon.limits(), ControlClient.limits(asked));
  }

  @Test
  void hangsUpOnRequestWithoutEnd() throws IOException {
    byte[] endless = "x".repeat(ControlRequest.LONGEST_REQUEST_BYTES).getBytes(UTF_8);
    try (SocketChannel channel = connect()) {
      write(channel, endless, 0, endless.length);
      assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
    }
  }

  @Test
  void cutsOffCommandsThatSayNothingAndServesTheRest() throws Exception {
    server.close();
    server = ControlServer.open(socket, daemon, Duration.ofMillis(200));
    List<SocketChannel> silent = new ArrayList<>();
    for (int command = 0; command < 40; command++) {
      silent.add(connect());
    }
    var report = new ControlClient(socket).ask(new ControlRequest.Peers());
    assertEquals(3, ControlClient.peers(report).size());
    for (SocketChannel channel : silent) {
      assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
      channel.close();
    }
  }

  @Test
  void reportsFailureOfTheDaemonToTheCommand() throws IOException {
    server.close();
    server = ControlServer.open(socket, new BrokenDaemon());
    var failed =
        assertThrows(
            ControlException.class,
            () -> new ControlClient(socket).ask(new ControlRequest.Status()));
    assertEquals(
        "dwcpd failed to answer: java.lang.IllegalStateException: no graph; its log has more",
        failed.getMessage());
  }

  @Test
  void letsNobodyElseOpenTheSocket() throws IOException {
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    try (var left = Files.list(directory)) {
      assertEquals(List.of(socket), left.toList());
    }
  }

  @Test
  void refusesToStartBesideAnotherDaemon() {
    var refused = assertThrows(IOException.class, () -> ControlServer.open(socket, daemon));
    assertEquals("another dwcpd runs already: it answers on " + socket, refused.getMessage());
  }

  @Test
  void takesOverSocketOfDeadDaemon() throws Exception {
    server.close();
    ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    dead.bind(UnixDomainSocketAddress.of(socket));
    dead.close();
    assertTrue(Files.exists(socket));
    server = ControlServer.open(socket, daemon);
    new ControlClient(socket).ask(new ControlRequest.Status());
  }

  @Test
  void leavesNoSocketBehind() throws IOException {
    server.close();
    assertFalse(Files.exists(socket));
  }

  private String converse(String request) throws IOException {
    byte[] line = (request + "\n").getBytes(UTF_8);
    return converse(line, line.length);
  }

  private String converse(byte[] request, int cut) throws IOException {
    try (SocketChannel channel = connect()) {
      write(channel, request, 0, cut);
      write(channel, request, cut, request.length);
      return ControlLine.read(channel, 1 << 20);
    }
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  private static void write(SocketChannel channel, byte[] bytes, int from, int to)
      throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes, from, to - from);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  private static final class BrokenDaemon implements DaemonView {
    @Override
    public StatusReport status() {
      throw new IllegalStateException("no graph");
    }

    @Override
    public List<PeerReport> peers() {
      throw new IllegalStateException("no graph");
    }

    @Override
    public List<MigrationRecord> history(int limit) {
      throw new IllegalStateException("no graph");
    }

    @Override
    public List<LimitReport> limits() {
      throw new IllegalStateException("no graph");
    }

    @Override
    public List<LimitReport> setLimit(String name, long bytesPerSecond) {
      throw new IllegalStateException("no graph");
    }

    @Override
    public List<BaselineReport> baselines() {
      throw new IllegalStateException("no graph");
    }

    @Override
    public List<BaselineReport> dropBaselines(Optional<UUID> guest) {
      throw new IllegalStateException("no graph");
    }
  }
}
