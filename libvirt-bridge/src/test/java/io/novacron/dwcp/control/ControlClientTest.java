package io.novacron.dwcp.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlClientTest {

  @TempDir Path directory;

  @Test
  void saysThatNoDaemonRuns() {
    Path socket = directory.resolve("control.sock");
    assertEquals(
        "dwcpd does not run here: no " + socket + "; start it with: systemctl start dwcpd",
        failure(socket));
  }

  @Test
  void saysThatNobodyListensOnSocketLeftBehind() throws IOException {
    Path socket = directory.resolve("control.sock");
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(socket))
        .close();
    assertTrue(failure(socket).startsWith("dwcpd does not run here: nobody listens on " + socket));
  }

  @Test
  void saysThatStrangerAnswers() throws Exception {
    assertEquals(
        "what answers is not dwcpd: its reply is not JSON", failureOnReply("HTTP/1.1 400"));
    assertEquals("what answers is not dwcpd: neither an answer nor an error", failureOnReply("{}"));
  }

  @Test
  void refusesReportOfAnotherVersion() {
    var refused =
        assertThrows(
            ControlException.class,
            () -> ControlClient.status(JsonParser.parseString("{\"pid\":\"many\"}")));
    assertTrue(
        refused.getMessage().startsWith("dwcpd is of another version than this dwcp"),
        refused.getMessage());
    assertThrows(
        ControlException.class,
        () -> ControlClient.peers(JsonParser.parseString("[{\"x\":[]}]").getAsJsonArray().get(0)));
  }

  private String failureOnReply(String reply) throws Exception {
    Path socket = directory.resolve("stranger" + reply.length() + ".sock");
    try (var stranger = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      stranger.bind(UnixDomainSocketAddress.of(socket));
      Thread answers =
          Thread.ofVirtual()
              .start(() -> {
                try (SocketChannel command = stranger.accept()) {
                  ControlLine.read(command, 4096);
                  ControlLine.write(command, reply);
                } catch (IOException unexpected) {
                  throw new AssertionError(unexpected);
                }
              });
      String failure = failure(socket);
      answers.join();
      return failure;
    }
  }

  private static String failure(Path socket) {
    return assertThrows(
            ControlException.class,
            () -> new ControlClient(socket).ask(new ControlRequest.Status()))
        .getMessage();
  }
}
