package io.novacron.dwcp.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.config.DaemonConfig.LimitConfig;
import io.novacron.dwcp.config.DaemonConfig.LogLevel;
import io.novacron.dwcp.config.DaemonConfig.SecurityMode;
import io.novacron.dwcp.plugin.Peer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonConfigTest {

  private static final String EVERY_KEY =
      """
      dwcp {
        listen = "[::1]:17000"
        runtime-dir = /tmp/run
        state-dir = "/tmp/state"
        host-name = host-a
        log-level = debug
        security.mode = none
        streams = 3
        least-streams = 2
        most-streams = 5
        congestion-control = kernel
        workers = 5
        history-budget = 17 MiB
        history-reserve = 18 MiB
        receive-window = 2 MB
        connect-timeout = 200 ms
        handshake-timeout = 7 s
        outage-budget = 2 min
        peer-quarantine = 1 h
        data-ports = 20000-20009
        libvirt-socket = /run/libvirt/test-sock
        history-entries = 11
        rate-limit = 2 Gbit/s
        peers {
          host-b {
            address = "10.0.0.2:1", libvirt = "qemu+ssh://root@b/system", rate-limit = 50 MB/s
          }
        }
      }
      """;

  @TempDir Path directory;

  @Test
  void takesDefaultsFromEmptyFile() throws IOException {
    DaemonConfig config = accepted("");
    assertEquals("0.0.0.0:16590", text(config.listen()));
    assertTrue(config.listen().isUnresolved());
    assertEquals(Path.of("/run/dwcp"), config.runtimeDir());
    assertEquals(Path.of("/var/lib/dwcp"), config.stateDir());
    assertEquals(Optional.empty(), config.hostName());
    assertEquals(LogLevel.INFO, config.logLevel());
    assertEquals(SecurityMode.TLS, config.security().mode());
    assertEquals(0, config.peers().peers().size());
    assertEquals(
        new TransportConfig(
            8,
            4,
            32,
            "bbr",
            0,
            1L << 30,
            512L << 20,
            64L << 20,
            Duration.ofSeconds(3),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofMinutes(5)),
        config.transport());
    assertEquals(new PortRange(26_590, 26_999), config.local().dataPorts());
    assertEquals(Optional.empty(), config.local().libvirtSocket());
    assertEquals(1000, config.history().entries());
    assertEquals(new LimitConfig(0, Map.of()), config.limits());
  }

  @Test
  void mapsEveryKeyToItsOwnValue() throws IOException {
    DaemonConfig config = accepted(EVERY_KEY);
    assertEquals("::1:17000", text(config.listen()));
    assertEquals(Path.of("/tmp/run/control.sock"), config.controlSocket());
    assertEquals(Path.of("/tmp/run/host-b.sock"), config.peerSocket("host-b"));
    assertEquals(Path.of("/tmp/state"), config.stateDir());
    assertEquals(Optional.of("host-a"), config.hostName());
    assertEquals(LogLevel.DEBUG, config.logLevel());
    assertEquals(
        new TransportConfig(
            3,
            2,
            5,
            "",
            5,
            17L << 20,
            18L << 20,
            2_000_000,
            Duration.ofMillis(200),
            Duration.ofSeconds(7),
            Duration.ofMinutes(2),
            Duration.ofHours(1)),
        config.transport());
    assertEquals(new PortRange(20_000, 20_009), config.local().dataPorts());
    assertEquals(Optional.of(Path.of("/run/libvirt/test-sock")), config.local().libvirtSocket());
    assertEquals(11, config.history().entries());
    assertEquals(new LimitConfig(250_000_000, Map.of("host-b", 50_000_000L)), config.limits());
    assertEquals(0, config.limits().ofPeer("host-c"));
    assertEquals(
        Optional.of(
            new Peer(
                "host-b",
                InetSocketAddress.createUnresolved("10.0.0.2", 1),
                Optional.of(URI.create("qemu+ssh://root@b/system")))),
        config.peers().lookup("host-b"));
  }

  @Test
  void saysWhereALimitIsNoRateAndWhatIsAllowed() throws IOException {
    String text =
        """
        dwcp {
          rate-limit = 400
          peers {
            b { address = "h:1", rate-limit = 10 MB }
            c { address = "h:1", rate-limit = none }
            d { address = "h:1", rate-limits = none }
            host { address = "h:1" }
          }
        }
        """;
    String allowed = "; allowed: none, or 1 Mbit/s to 800 Gbit/s";
    List<String> problems =
        refused(text).stream().map(each -> each.line() + ": " + each.message()).toList();
    assertEquals(
        List.of(
            "2: \"400\" has no unit; write it like \"400 Mbit/s\"" + allowed,
            "4: \"10 MB\" has an unknown unit; known are Gbit/s, Mbit/s, kbit/s, GB/s, MB/s, kB/s"
                + allowed,
            "6: is not a key; did you mean rate-limit?",
            "7: the name is taken: dwcp limit host is for this host"),
        problems);
  }

  @Test
  void listsPeersByName() throws IOException {
    DaemonConfig config =
        accepted("dwcp.peers { b { address = \"h:2\" }, \"a.x\" { address = \"h:1\" } }");
    assertEquals(List.of("a.x", "b"), config.peers().peers().stream().map(Peer::name).toList());
    assertEquals(Optional.empty(), config.peers().lookup("c"));
  }

  @Test
  void namesIncludedFileInProblem() throws IOException {
    Path included = directory.resolve("peers.conf");
    Files.writeString(included, "\ndwcp.streams = 99\n");
    ConfigProblem only = refused("include \"peers.conf\"\n").getFirst();
    assertEquals(included + ":2", only.file() + ":" + only.line());
  }

  @Test
  void saysThatFileDoesNotExist() {
    Path absent = directory.resolve("absent.conf");
    var refused = assertInstanceOf(ConfigResult.Refused.class, ConfigFile.read(absent));
    assertEquals(absent + ": does not exist", refused.problems().getFirst().toString());
  }

  @Test
  void refusesDirectoryInPlaceOfFile() {
    var refused = assertInstanceOf(ConfigResult.Refused.class, ConfigFile.read(directory));
    assertEquals(directory + ": is not a readable file", refused.problems().getFirst().toString());
  }

  @Test
  void prefersVirtqemudWhereItRuns() throws IOException {
    DaemonConfig config = accepted("");
    Path virtqemud = Path.of("/run/libvirt/virtqemud-sock");
    assertEquals(virtqemud, config.local().libvirtSocketNow(virtqemud::equals));
    assertEquals(
        Path.of("/run/libvirt/libvirt-sock"), config.local().libvirtSocketNow(path -> false));
  }

  @Test
  void takesOneWorkerForEachCoreUnlessTold() throws IOException {
    assertEquals(6, accepted("").transport().workerThreads(6));
    assertEquals(2, accepted("dwcp.workers = 2").transport().workerThreads(6));
  }

  private DaemonConfig accepted(String text) throws IOException {
    return assertInstanceOf(ConfigResult.Accepted.class, read(text), () -> text).config();
  }

  private List<ConfigProblem> refused(String text) throws IOException {
    return assertInstanceOf(ConfigResult.Refused.class, read(text), () -> text).problems();
  }

  private ConfigResult read(String text) throws IOException {
    return ConfigFile.read(Files.writeString(directory.resolve("dwcp.conf"), text));
  }

  private static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }
}
