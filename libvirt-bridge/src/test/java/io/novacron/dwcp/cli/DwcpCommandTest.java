package io.novacron.dwcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.novacron.dwcp.control.ControlServer;
import io.novacron.dwcp.control.FakeDaemon;
import io.novacron.dwcp.history.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class DwcpCommandTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final TimeZone zoneBefore = TimeZone.getDefault();
  private ControlServer server;

  @BeforeEach
  void start() throws IOException {
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    server = ControlServer.open(directory.resolve("control.sock"), new FakeDaemon());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    TimeZone.setDefault(zoneBefore);
  }

  @Test
  void showsStatus() {
    assertEquals(0, dwcp("status"));
    assertEquals(
        """
        dwcpd 0.1.0 on host-a, process 4711, up 1 h 2 min
        listens on 0.0.0.0:16590, security none, kernels avx2
        sends at most 400.0 Mbit/s in all, 80.0 Mbit/s to host-b
        WARNING: security.mode is none

        ID  DOMAIN  ROLE    PEER    TRANSPORT  PHASE           RAW      WIRE  STREAMS
        m3  vm-1    source  host-b  dwcp       pre-copy  512.0 MiB  64.0 MiB        8

        IMAGE                               USED                        SIZE     INDEX
        /var/lib/nova/instances/_base/0a1b  2026-11-22 12:00:00  2,048.0 MiB  12.0 MiB

        COUNTER               VALUE
        fallbacks.no-daemon       2
        migrations.completed     14
        """,
        out.toString());
  }

  @Test
  void listsPeers() {
    assertEquals(0, dwcp("peers"));
    assertEquals(
        """
        PEER    ADDRESS       STATE                                  STREAMS      RTT          RATE  LOSES PACKETS  FALLBACK                  LAST ERROR
        host-b  host-b:16590  connected                                    8  40.2 ms  100.0 Mbit/s  yes            qemu+tcp://host-b/system  -
        host-c  host-c:16590  unreachable                                  0        -             -  -              qemu+tcp://host-c/system  connect timed out after 3 s
        host-d  host-d:16590  quarantined until 2026-11-22 12:00:00        0        -             -  -              none                      session broke
        """,
        out.toString());
  }

  @Test
  void listsBaselines() {
    assertEquals(0, dwcp("baselines", "list"));
    assertEquals(
        """
        GUEST                                 DOMAIN  PEER    WRITTEN                   SIZE
        6695eb01-f6a4-8304-79aa-97f2502e193f  vm-1    host-b  2026-11-22 12:00:00  180.0 MiB
        00000000-0000-0001-0000-000000000002  -       host-c  2026-11-22 12:00:00    3.0 MiB
        """,
        out.toString());
  }

  @Test
  void dropsTheBaselinesOfAGuestOrAll() {
    assertEquals(0, dwcp("baselines", "drop", "6695eb01-f6a4-8304-79aa-97f2502e193f"));
    assertTrue(out.toString().endsWith("180.0 MiB\n1 removed\n"), out.toString());
    assertEquals(0, dwcp("baselines", "drop", "--all"));
    assertTrue(out.toString().endsWith("2 removed\n"), out.toString());
    assertEquals(0, dwcp("baselines", "drop", "00000000-0000-0000-0000-000000000001"));
    assertTrue(out.toString().endsWith("no baseline was kept\n"), out.toString());
  }

  @Test
  void dropsNoBaselineWithoutBeingToldWhich() {
    assertEquals(2, dwcp("baselines", "drop"));
    assertEquals(2, dwcp("baselines", "drop", "not-a-uuid"));
    assertEquals(2, dwcp("baselines", "drop", "--all", "6695eb01-f6a4-8304-79aa-97f2502e193f"));
    assertEquals(2, dwcp("baselines"));
  }

  @Test
  void listsLimits() {
    assertEquals(0, dwcp("limit"));
    assertEquals(
        """
        SENT TO            LIMIT   CONFIGURED  PRESENT RATE         SENT
        all (host)  400.0 Mbit/s         none  100.0 Mbit/s  3,072.0 MiB
        host-b              none  80.0 Mbit/s    0.0 Mbit/s            -
        """,
        out.toString());
  }

  @Test
  void changesALimitHoweverTheRateIsWritten() {
    for (List<String> rate :
        List.of(List.of("160 Mbit/s"), List.of("160Mbit/s"), List.of("20", "MB/s"))) {
      out.getBuffer().setLength(0);
      List<String> command = new ArrayList<>(List.of("limit", "host-b"));
      command.addAll(rate);
      assertEquals(0, dwcp(command.toArray(String[]::new)), err::toString);
      assertTrue(out.toString().contains("host-b      160.0 Mbit/s"), out.toString());
    }
    out.getBuffer().setLength(0);
    assertEquals(0, dwcp("limit", "host-b", "none"));
    assertTrue(out.toString().contains("host-b              none"), out.toString());
  }

  @Test
  void namesThePeersThereAreForALimitOfAnother() {
    assertEquals(1, dwcp("limit", "host-x", "none"));
    assertEquals("dwcp: no peer is named \"host-x\"; known are host-b\n", err.toString());
  }

  @Test
  void saysWhichRatesALimitMayHave() {
    assertEquals(2, dwcp("limit", "host", "fast"));
    assertTrue(
        err.toString()
            .startsWith("RATE \"fast\" is not a rate; allowed: none, or 1 Mbit/s to 800 Gbit/s"),
        err.toString());
    for (String wrong : List.of("0", "50", "1 kbit/s", "900 Gbit/s", "5 MiB/s")) {
      assertEquals(2, dwcp("limit", "host", wrong), wrong);
    }
    assertEquals(2, dwcp("limit", "host"));
    assertEquals("", out.toString());
  }

  @Test
  void listsHistory() {
    assertEquals(0, dwcp("history"));
    assertEquals(
        """
        STARTED              DOMAIN  FROM    TO      TRANSPORT  OUTCOME     TIME          RAW       WIRE  REASON
        2026-11-22 12:00:00  vm-1    host-a  host-b  dwcp       completed  5.3 s  1,024.0 MiB  100.0 MiB  peer is healthy
        2026-11-22 12:00:00  vm-1    host-a  host-b  plain-tcp  running        -            -          -  peer has no dwcpd
        """,
        out.toString());
  }

  @Test
  void printsJsonAsTheDaemonSentIt() {
    assertEquals(0, dwcp("history", "--json", "--limit", "1"));
    assertEquals(
        Json.COMPACT.toJsonTree(List.of(FakeDaemon.completed())),
        JsonParser.parseString(out.toString()));
  }

  @Test
  void endsWithOneWhenNoDaemonRuns() throws IOException {
    server.close();
    for (String command : List.of("status", "peers", "history", "limit")) {
      err.getBuffer().setLength(0);
      assertEquals(1, dwcp(command));
      assertTrue(
          err.toString().startsWith("dwcp: dwcpd does not run here: no " + directory),
          err.toString());
    }
    assertEquals("", out.toString());
  }

  @Test
  void endsWithTwoWhenTheCommandLineIsWrong() {
    for (List<String> wrong :
        List.of(
            List.<String>of(),
            List.of("stop"),
            List.of("status", "--verbose"),
            List.of("history", "--limit", "0"),
            List.of("history", "--limit", "many"))) {
      assertEquals(2, run(wrong.toArray(String[]::new)), wrong::toString);
    }
    assertTrue(err.toString().contains("--limit 0 is not in 1 to 100000"), err.toString());
  }

  @Test
  void printsHelpAndVersionWithoutDaemon() throws IOException {
    server.close();
    assertEquals(0, run("--help"));
    assertTrue(out.toString().contains("Exit codes:"), out.toString());
    assertEquals(0, run("history", "--help"));
    out.getBuffer().setLength(0);
    assertEquals(0, run("--version"));
    assertTrue(out.toString().matches("dwcp \\S+\\R"), out.toString());
  }

  @Test
  void keepsControlCharactersOffTheTerminal() {
    var table = new Table("DOMAIN");
    table.row("vm\u001b[2J\n1");
    table.print(new PrintWriter(out, true));
    assertEquals("DOMAIN\nvm?[2J?1\n", out.toString());
  }

  @Test
  void writesDurationsInTheirTwoLargestUnits() {
    assertEquals("0.0 s", Amounts.seconds(0));
    assertEquals("59.9 s", Amounts.seconds(59.9));
    assertEquals("1 min 1 s", Amounts.seconds(61));
    assertEquals("23 h 59 min", Amounts.seconds(86_399));
    assertEquals("2 d 3 h", Amounts.seconds(2 * 86_400 + 3 * 3_600));
  }

  private int dwcp(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--runtime-dir", directory.toString()));
    return run(all.toArray(String[]::new));
  }

  private int run(String... arguments) {
    CommandLine command = DwcpCommand.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }
}
