package io.novacron.dwcp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a process of its own. */
@Timeout(120)
class DaemonStopTest {
  /**
   * What a shell reports for a process that SIGTERM ended: 128 + 15, here after the orderly end.
   */
  private static final int ENDED_BY_SIGTERM = 143;

  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(Process::destroyForcibly);
  }

  private Process start(int port) throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("dwcp-" + port + ".conf"),
            """
            dwcp {
              listen = "127.0.0.1:%d"
              runtime-dir = "%s"
              state-dir = "%s"
              peers { host-b { address = "127.0.0.1:1" } }
              security { mode = none }
            }
            """
                .formatted(port, directory.resolve("run"), directory));
    Process daemon =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                DwcpDaemon.class.getName(),
                "--config",
                config.toString())
            .redirectErrorStream(true)
            .start();
    started.add(daemon);
    return daemon;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static String readUntil(BufferedReader log, String expected) throws IOException {
    StringBuilder seen = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      seen.append(line).append('\n');
      if (line.contains(expected)) {
        return seen.toString();
      }
    }
    throw new AssertionError("no \"" + expected + "\" in:\n" + seen);
  }

  @Test
  void leavesNoSocketBehindWhenItIsToldToEnd() throws Exception {
    Process daemon = start(freePort());
    try (BufferedReader log = daemon.inputReader()) {
      readUntil(log, "ready");
      assertTrue(Files.exists(directory.resolve("run/host-b.sock")));
      daemon.toHandle().destroy(); // Process.destroy closes the log as well
      readUntil(log, "stopped");
      assertEquals(ENDED_BY_SIGTERM, daemon.waitFor());
    }
    assertFalse(Files.exists(directory.resolve("run/host-b.sock")));
    assertFalse(Files.exists(directory.resolve("run/control.sock")));
  }

  @Test
  void endsByItselfAndLeavesAnotherDaemonAloneWhenItCannotStart() throws Exception {
    int port = freePort();
    Process running = start(port);
    try (BufferedReader log = running.inputReader()) {
      readUntil(log, "ready");
      Process samePort = start(port);
      readUntil(samePort.inputReader(), "cannot listen on");
      assertEquals(1, samePort.waitFor());
      Process sameSockets = start(freePort());
      readUntil(sameSockets.inputReader(), "another dwcpd runs already");
      assertEquals(1, sameSockets.waitFor());
      assertTrue(Files.exists(directory.resolve("run/host-b.sock")));
    }
  }
}
