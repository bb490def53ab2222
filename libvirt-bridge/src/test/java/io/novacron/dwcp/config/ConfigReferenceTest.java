package io.novacron.dwcp.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of keys, the sample file and the manual page say the same. After a change of the table
 * this test leaves the texts to copy in {@code target/config-reference}.
 */
class ConfigReferenceTest {

  private static final Path SAMPLE = Path.of("../packaging/etc/dwcp.conf");
  private static final Path MANUAL = Path.of("../packaging/man/dwcp.conf.5");
  private static final Path GENERATED = Path.of("target/config-reference");

  @TempDir Path directory;

  @Test
  void agreesWithSampleFile() throws IOException {
    Files.createDirectories(GENERATED);
    Files.writeString(GENERATED.resolve("dwcp.conf"), ConfigReference.sampleFile());
    assertEquals(ConfigReference.sampleFile(), Files.readString(SAMPLE));
  }

  @Test
  void agreesWithManual() throws IOException {
    Files.createDirectories(GENERATED);
    Files.writeString(GENERATED.resolve("keys.troff"), ConfigReference.manualSection());
    String manual = Files.readString(MANUAL);
    int from = manual.indexOf(".SH KEYS\n") + ".SH KEYS\n".length();
    assertEquals(
        ConfigReference.manualSection(), manual.substring(from, manual.indexOf(".SH FILES\n")));
  }

  @Test
  void acceptsSampleFileAsShipped() {
    var accepted = assertInstanceOf(ConfigResult.Accepted.class, ConfigFile.read(SAMPLE));
    assertEquals(0, accepted.config().peers().peers().size());
  }

  @Test
  void findsSampleValuesEqualToDefaults() throws IOException {
    String uncommented = Files.readString(SAMPLE).replaceAll("(?m)^  # ([a-z.-]+ = .*)$", "  $1");
    Path written = Files.writeString(directory.resolve("dwcp.conf"), uncommented);
    Path empty = Files.writeString(directory.resolve("empty.conf"), "");
    for (ConfigKey<?> key : ConfigKeys.DAEMON) {
      assertEquals(1, uncommented.split("(?m)^  " + key.path() + " = ", -1).length - 1, key.path());
    }
    assertEquals(shown(empty), shown(written));
  }

  private static String shown(Path file) {
    DaemonConfig config =
        assertInstanceOf(ConfigResult.Accepted.class, ConfigFile.read(file)).config();
    // The directory of peers has no equals; there are none in either.
    return config.toString().replaceAll("StaticPeers@\\w+", "StaticPeers");
  }
}
