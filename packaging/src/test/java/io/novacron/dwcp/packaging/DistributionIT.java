package io.novacron.dwcp.packaging;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory that users install, run from a place that the build knows nothing about. */
class DistributionIT {
  private static final Path BUILT = Path.of("target", "dwcp").toAbsolutePath();
  private static final String JAVA_HOME = System.getProperty("java.home");

  /** A space in the path: launchers quote what they use. */
  @TempDir Path somewhere;

  private Path home;

  @BeforeEach
  void copyTheDistribution() throws IOException {
    home = somewhere.resolve("moved here").resolve("dwcp");
    Path runtime = BUILT.resolve("runtime"); // of 70 MB, where it is built at all
    try (var built = Files.walk(BUILT).filter(path -> !path.startsWith(runtime))) {
      for (Path from : (Iterable<Path>) built::iterator) {
        Path to = home.resolve(BUILT.relativize(from).toString());
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  @Test
  void commandAnswersWithItsVersion() throws Exception {
    Outcome outcome = run(Map.of("JAVA_HOME", JAVA_HOME), home.resolve("bin/dwcp"), "--version");
    assertEquals(0, outcome.status(), outcome.text());
    assertTrue(outcome.text().startsWith("dwcp "), outcome.text());
    assertEquals(1, outcome.text().lines().count(), outcome.text());
  }

  @Test
  void daemonAnswersWithItsVersion() throws Exception {
    Outcome outcome = run(Map.of("JAVA_HOME", JAVA_HOME), home.resolve("bin/dwcpd"), "--version");
    assertEquals(0, outcome.status(), outcome.text());
    assertTrue(outcome.text().startsWith("dwcpd "), outcome.text());
  }

  @Test
  void launchersAreFoundThroughSymbolicLinks() throws Exception {
    Path first = Files.createSymbolicLink(somewhere.resolve("first"), home.resolve("bin"));
    Path link = somewhere.resolve("dwcp");
    Files.createSymbolicLink(link, somewhere.relativize(first.resolve("dwcp")));
    fakeJava(home.resolve("runtime"), "25.0.3");
    Outcome outcome = run(Map.of(), link, "status");
    assertTrue(outcome.text().contains(home.toRealPath() + "/lib/aopalliance-"), outcome.text());
  }

  @Test
  void oldJavaIsRefusedByName() throws Exception {
    Path old = fakeJava(somewhere.resolve("old"), "17.0.9");
    Outcome outcome = run(Map.of("JAVA_HOME", old.toString()), home.resolve("bin/dwcp"), "status");
    assertEquals(1, outcome.status());
    assertTrue(outcome.text().contains(old + ", which is Java 17"), outcome.text());
  }

  @Test
  void missingJavaIsRefusedByName() throws Exception {
    Outcome outcome =
        run(Map.of("JAVA_HOME", "/nowhere"), home.resolve("bin/dwcpd"), "--check-config");
    assertEquals(1, outcome.status());
    assertTrue(outcome.text().contains("/nowhere/bin/java cannot be run"), outcome.text());
  }

  @Test
  void bundledRuntimeIsUsedWithoutJavaHome() throws Exception {
    fakeJava(home.resolve("runtime"), "25.0.3");
    Outcome outcome = run(Map.of(), home.resolve("bin/dwcp"), "history", "--json");
    assertEquals(0, outcome.status(), outcome.text());
    List<String> given = outcome.text().lines().toList();
    assertEquals(
        List.of("io.novacron.dwcp.cli.DwcpCommand", "history", "--json"),
        given.subList(given.size() - 3, given.size()));
  }

  @Test
  void bundledRuntimeGoesBeforeAnyOtherJava() throws Exception {
    fakeJava(home.resolve("runtime"), "25.0.3");
    Path old = fakeJava(somewhere.resolve("old"), "17.0.9");
    Map<String, String> environment = Map.of("JAVA_HOME", old.toString());
    assertEquals(0, run(environment, home.resolve("bin/dwcp"), "status").status());
  }

  @Test
  void aotCacheIsUsedWithTheRuntimeThatMadeIt() throws Exception {
    fakeJava(home.resolve("runtime"), "25.0.3");
    Path cache = home.resolve("lib/dwcp.aot");
    Files.deleteIfExists(cache);
    assertFalse(run(Map.of(), home.resolve("bin/dwcpd")).text().contains("AOTCache"));
    Files.createFile(cache);
    String option = "-XX:AOTCache=" + home.toRealPath().resolve("lib/dwcp.aot");
    assertTrue(run(Map.of(), home.resolve("bin/dwcpd")).text().lines().anyMatch(option::equals));
  }

  @Test
  void aotCacheIsLeftAloneByAnotherJava() throws Exception {
    Files.writeString(home.resolve("lib/dwcp.aot"), "of another JVM");
    Path other = fakeJava(somewhere.resolve("other"), "25.0.3");
    Outcome outcome = run(Map.of("JAVA_HOME", other.toString()), home.resolve("bin/dwcpd"));
    assertFalse(outcome.text().contains("AOTCache"), outcome.text());
  }

  @Test
  void operatorsOwnSharingOfClassesGoesBeforeTheAotCache() throws Exception {
    fakeJava(home.resolve("runtime"), "25.0.3");
    Files.writeString(home.resolve("lib/dwcp.aot"), "made by the host");
    for (String own : List.of("-Xshare:off", "-XX:AOTCacheOutput=x", "-XX:SharedArchiveFile=x")) {
      Outcome outcome = run(Map.of("DWCPD_JAVA_OPTS", own), home.resolve("bin/dwcpd"));
      List<String> given = outcome.text().lines().toList();
      assertTrue(given.contains(own), outcome.text());
      assertFalse(given.stream().anyMatch(each -> each.startsWith("-XX:AOTCache=")), own);
    }
  }

  @Test
  void noAotCacheIsMadeWithoutTheBundledRuntime() throws Exception {
    Outcome outcome = run(Map.of("JAVA_HOME", JAVA_HOME), home.resolve("bin/make-aot-cache"));
    assertEquals(1, outcome.status());
    assertTrue(outcome.text().contains("no bundled runtime"), outcome.text());
  }

  @Test
  void nativesAreLoadedFromTheDistributionAndNeverUnpacked() throws Exception {
    fakeJava(home.resolve("runtime"), "25.0.3");
    var command = new ArrayList<String>(List.of(JAVA_HOME + "/bin/java"));
    List<String> flags = run(Map.of(), home.resolve("bin/dwcpd")).text().lines().toList();
    command.addAll(flags.subList(0, flags.indexOf("-cp")));
    Path scratch = Files.createDirectory(somewhere.resolve("scratch"));
    command.addAll(List.of("--illegal-native-access=deny", "-Djava.io.tmpdir=" + scratch));
    command.addAll(List.of("-cp", home + "/lib/*:" + Path.of("target", "test-classes")));
    command.add(NativesProbe.class.getName());

    Outcome outcome = run(Map.of(), command);

    assertEquals(0, outcome.status(), outcome.text());
    Set<String> expected;
    try (var shipped = Files.list(home.toRealPath().resolve("lib/native"))) {
      expected = shipped.map(Path::toString).collect(toSet());
    }
    // libdwcp is the fifth, unless this machine has no C compiler.
    assertTrue(expected.size() >= 4, expected.toString());
    Set<String> mapped = outcome.text().lines().collect(toSet());
    assertTrue(mapped.containsAll(expected), outcome.text());
    try (var left = Files.list(scratch)) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** A directory that passes for a Java of that version; its bin/java prints its arguments. */
  private static Path fakeJava(Path directory, String version) throws IOException {
    Files.createDirectories(directory.resolve("bin"));
    Files.writeString(
        directory.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    Path java = directory.resolve("bin/java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertTrue(java.toFile().setExecutable(true));
    return directory;
  }

  private record Outcome(int status, String text) {}

  private static Outcome run(Map<String, String> environment, Path program, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    return run(environment, command);
  }

  private static Outcome run(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.contains("JAVA") || name.contains("JDK"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }
}
