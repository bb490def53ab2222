package io.novacron.dwcp.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.novacron.dwcp.config.PortRange;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DataListenersTest {
  private final TestLoop loop = new TestLoop();

  @AfterEach
  void stop() {
    loop.close();
  }

  /** The port, or why there is none. */
  private static final class Answer implements DataListeners.Opened {
    private final CompletableFuture<String> said = new CompletableFuture<>();

    @Override
    public void listening(int port) {
      said.complete(Integer.toString(port));
    }

    @Override
    public void failed(String reason) {
      said.complete(reason);
    }
  }

  private static ServerSocket taken() throws Exception {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @Test
  void namesRangeWhoseLastPortIsTaken() throws Exception {
    try (ServerSocket taken = taken()) {
      PortRange range = new PortRange(taken.getLocalPort(), taken.getLocalPort());
      Answer answer = new Answer();
      loop.run(() -> new DataListeners(loop.loop(), range).open(Channel::close, answer));
      String said = answer.said.get();
      assertTrue(said.startsWith("no free loopback port in " + range + "; of the last: "), said);
    }
  }

  @Test
  void opensNothingForMigrationThatEndedMeanwhile() throws Exception {
    int port;
    try (ServerSocket free = taken()) {
      port = free.getLocalPort();
    }
    PortRange range = new PortRange(port, port);
    Answer answer = new Answer();
    loop.run(() -> {
      DataListeners listeners = new DataListeners(loop.loop(), range);
      listeners.open(Channel::close, answer);
      listeners.close();
    });
    assertEquals("the migration ended while its listeners were opened", answer.said.get());
    Answer again = new Answer();
    loop.run(() -> new DataListeners(loop.loop(), range).open(Channel::close, again));
    assertEquals(Integer.toString(port), again.said.get());
  }
}
