package io.novacron.dwcp.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The sample files that are shipped are inputs here. An invalid one names in its comments what must
 * be said about it: {@code # expect: LINE: MESSAGE}.
 */
class ConfigSamplesTest {

  private static final Path SAMPLES = Path.of("../packaging/etc/samples");
  private static final String EXPECT = "# expect: ";

  static Stream<Path> validSamples() throws IOException {
    return conf(SAMPLES);
  }

  static Stream<Path> invalidSamples() throws IOException {
    return conf(SAMPLES.resolve("invalid"));
  }

  private static Stream<Path> conf(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".conf")).sorted().toList();
      assertFalse(found.isEmpty(), "no samples in " + directory.toAbsolutePath());
      return found.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("validSamples")
  void acceptsShippedSample(Path sample) {
    assertInstanceOf(ConfigResult.Accepted.class, ConfigFile.read(sample), () -> said(sample));
  }

  @ParameterizedTest
  @MethodSource("invalidSamples")
  void refusesInvalidSampleForItsReason(Path sample) throws IOException {
    List<String> expected =
        Files.readAllLines(sample).stream()
            .filter(line -> line.startsWith(EXPECT))
            .map(line -> sample + ":" + line.substring(EXPECT.length()))
            .toList();
    List<String> said = said(sample).lines().toList();
    assertFalse(expected.isEmpty());
    assertEquals(expected.size(), said.size(), () -> said(sample));
    for (int problem = 0; problem < expected.size(); problem++) {
      assertTrue(
          said.get(problem).startsWith(expected.get(problem)),
          "expected " + expected.get(problem) + "\n but was " + said.get(problem));
    }
  }

  private static String said(Path sample) {
    return switch (ConfigFile.read(sample)) {
      case ConfigResult.Accepted(DaemonConfig config) -> "accepted: " + config;
      case ConfigResult.Refused(List<ConfigProblem> problems) ->
          String.join("\n", problems.stream().map(ConfigProblem::toString).toList());
    };
  }
}
