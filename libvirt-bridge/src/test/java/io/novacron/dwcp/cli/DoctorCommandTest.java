package io.novacron.dwcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.novacron.dwcp.control.ControlServer;
import io.novacron.dwcp.control.FakeDaemon;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.kernels.KernelVariants;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class DoctorCommandTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private Path config = Path.of("");

  @BeforeEach
  void writeConfig() throws IOException {
    config = directory.resolve("dwcp.conf");
    Files.writeString(
        config,
        """
        dwcp {
          runtime-dir = "%1$s"
          state-dir = "%1$s/state"
          security { mode = none }
        }
        """
            .formatted(directory));
  }

  @Test
  void findsNothingFailedOnAHostWithAValidConfiguration() {
    assertEquals(0, doctor());
    List<String> checks = findings().map(each -> text(each, "check")).toList();
    assertEquals(
        List.of("java", "cpu", "kernels", "config", "state-dir", "runtime-dir", "daemon"), checks);
    assertEquals("warning", text(finding("daemon"), "state"));
    assertTrue(text(finding("daemon"), "found").startsWith("dwcpd does not run here"));
    assertTrue(text(finding("state-dir"), "found").endsWith("which the daemon will make"));
  }

  @Test
  void asksARunningDaemonForItsPeers() throws IOException {
    try (ControlServer server =
        ControlServer.open(directory.resolve("control.sock"), new FakeDaemon())) {
      assertEquals(0, doctor(), server::toString);
    }
    assertTrue(text(finding("daemon"), "found").startsWith("dwcpd 0.1.0, process 4711"));
    assertEquals("ok", text(finding("peer host-b"), "state"));
    assertEquals("warning", text(finding("peer host-c"), "state"));
    assertEquals(
        "host-c:16590 unreachable: connect timed out after 3 s",
        text(finding("peer host-c"), "found"));
    assertEquals("warning", text(finding("peer host-d"), "state"));
  }

  @Test
  void endsWithOneAndEveryProblemWhenTheConfigurationIsWrong() throws IOException {
    Files.writeString(config, "dwcp { listn = 1, security { mode = sometimes } }");
    assertEquals(1, doctor("--runtime-dir", directory.toString()));
    long problems =
        findings()
            .filter(each -> text(each, "check").equals("config"))
            .filter(each -> text(each, "state").equals("failed"))
            .count();
    assertTrue(problems >= 2, out.toString());
  }

  @Test
  void failsWhenADirectoryCannotBeMade() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertEquals(1, doctor("--runtime-dir", file.resolve("run").toString()));
    assertEquals("failed", text(finding("runtime-dir"), "state"));
    assertEquals(file + " is no directory", text(finding("runtime-dir"), "found"));
  }

  @Test
  void saysWhyThereAreNoNativeKernels() {
    var refusal =
        new KernelVariants.Refusal("native", new UnsatisfiedLinkError("no libdwcp.so\nsearched"));
    assertEquals(
        Finding.warning("kernels", "java; native refused: no libdwcp.so"),
        HostCheck.kernels(new KernelVariants(new JavaPageKernels(), List.of(refusal))));
  }

  @Test
  void readsTheFeaturesThatCountFromTheProcessor() throws IOException {
    Path cpuinfo =
        Files.writeString(
            directory.resolve("cpuinfo"),
            "processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: fpu sse2 sha_ni avx2\n");
    assertTrue(
        new HostCheck(config, null, cpuinfo)
            .run()
            .contains(Finding.ok("cpu", "Some CPU: avx2 sha_ni")));
  }

  @Test
  void printsATableForPeople() {
    assertEquals(0, run("doctor", "--config", config.toString()));
    assertTrue(out.toString().startsWith("CHECK "), out.toString());
    assertTrue(out.toString().contains("\nkernels "), out.toString());
  }

  private int doctor(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("doctor", "--json", "--config", config.toString()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private int run(String... arguments) {
    CommandLine command = DwcpCommand.commandLine();
    command.setOut(new PrintWriter(out, true));
    return command.execute(arguments);
  }

  private Stream<JsonElement> findings() {
    JsonArray findings = JsonParser.parseString(out.toString()).getAsJsonArray();
    return findings.asList().stream();
  }

  private JsonElement finding(String check) {
    return findings()
        .filter(each -> text(each, "check").equals(check))
        .findFirst()
        .orElseThrow(() -> new AssertionError(out.toString()));
  }

  private static String text(JsonElement finding, String key) {
    return finding.getAsJsonObject().get(key).getAsString();
  }
}
