package io.novacron.dwcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.novacron.dwcp.replay.Recordings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
class ReplayCommandTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String file = "";

  @BeforeEach
  void record() throws IOException {
    file = Files.write(directory.resolve("vm1"), Recordings.stream(1, 500)).toString();
  }

  @Test
  void printsWhatScriptsRelyOn() {
    assertEquals(0, replay(file, "--json", "--repeat", "2", "--streams", "2"));
    JsonObject result = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertEquals(
        Set.of("file", "format", "against", "link", "streams", "workers", "kernels", "runs"),
        result.keySet());
    assertEquals("qemu-stream", result.get("format").getAsString());
    assertEquals(2, result.get("streams").getAsInt());
    assertEquals(2, result.getAsJsonArray("runs").size());
    JsonObject visit =
        result.getAsJsonArray("runs").get(1).getAsJsonObject().getAsJsonObject("visit");
    assertTrue(
        visit
            .keySet()
            .containsAll(
                Set.of("rawBytes", "wireBytes", "ratio", "seconds", "cpuSeconds", "tiers")));
    assertEquals("", err.toString());
  }

  @Test
  void printsTableForPeople() {
    assertEquals(0, replay(file, "--against", file));
    String[] lines = out.toString().split("\\R", -1);
    assertTrue(lines[0].startsWith(file + " (qemu-stream), 8 streams over loopback"), lines[0]);
    assertTrue(lines[2].startsWith("RUN  VISIT"), lines[2]);
    assertTrue(lines[3].startsWith("  1  first"), lines[3]);
    assertTrue(lines[4].startsWith("  1  second"), lines[4]);
    assertTrue(out.toString().endsWith("The output equals the recording.\n"), out.toString());
  }

  @Test
  void writesPages() throws IOException {
    Path pages = directory.resolve("pages");
    assertEquals(0, replay(file, "--dump-pages", pages.toString()));
    assertEquals("500 pages of 4 KiB in " + pages + "\n", out.toString());
    assertEquals(500 * 4096, Files.size(pages));
  }

  @Test
  void endsWithOneWhenThereIsNothingToPlay() throws IOException {
    assertEquals(1, replay(directory.resolve("absent").toString()));
    assertEquals("dwcp: " + directory + "/absent does not exist\n", err.toString());
    Path config = Files.writeString(directory.resolve("dwcp.conf"), "dwcp { streams = 99 }");
    assertEquals(1, replay(file, "--config", config.toString()));
    assertTrue(err.toString().contains("streams"), err.toString());
  }

  @Test
  void endsWithTwoWhenTheCommandLineIsWrong() {
    for (List<String> wrong :
        List.of(
            List.<String>of(),
            List.of(file, "--streams", "33"),
            List.of(file, "--repeat", "0"),
            List.of(file, "--link", "400mbit"))) {
      assertEquals(2, replay(wrong.toArray(String[]::new)), wrong::toString);
    }
    assertTrue(err.toString().contains("--streams 33 is not in 1 to 32"), err.toString());
    assertTrue(err.toString().contains("write RATE,RTT[,LOSS], like 400mbit,40ms"), err.toString());
  }

  @Test
  void drawsOnlyOnTerminals() {
    new ReplayProgress(new PrintWriter(err, true), false).at(1, false, 1, 2);
    assertEquals("", err.toString());
    ReplayProgress progress = new ReplayProgress(new PrintWriter(err, true), true);
    progress.at(1, true, 1 << 20, 2 << 20);
    assertTrue(err.toString().contains("run 1, first visit [####"), err.toString());
    progress.clear();
    assertTrue(err.toString().endsWith("\r\u001b[K"), err.toString());
  }

  private int replay(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "replay";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    CommandLine command = DwcpCommand.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(all);
  }
}
