package io.novacron.dwcp.packaging;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The RPM, installed into an empty root, upgraded and removed there. The root has no shell, so the
 * package's scripts are only read by one; the Debian package's, which do the same, run in the lab.
 */
class RpmIT {
  private static final String CONFIGURATION = "etc/dwcp/dwcp.conf";

  @TempDir static Path built;

  private static String rpm = "";

  /** Below a root that has nothing but what the package brings. */
  @TempDir Path root;

  @BeforeAll
  static void buildThePackage() throws Exception {
    assumeTrue(run("sh", "-c", "command -v rpmbuild").status() == 0, "no rpmbuild on this machine");
    assumeTrue(
        Files.getOwner(Path.of("/proc/self")).getName().equals("root"),
        "rpm installs into a root as root only");
    Outcome outcome = run("../rpm/build", "target/dwcp", built.toString());
    assertEquals(0, outcome.status(), outcome.text());
    rpm = outcome.text().strip();
  }

  private record Outcome(int status, String text) {}

  private static Outcome run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }

  /** Dependencies are those of a real host: glibc is not in here. */
  private Outcome inRoot(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("rpm", "--root", root.toString(), "--nodeps", "--noscripts"));
    command.addAll(List.of(arguments));
    Outcome outcome = run(command.toArray(String[]::new));
    String own = // rpm on Debian says each time that it is not Debian's way
        outcome.text().lines().filter(line -> !line.startsWith("rpm: ")).collect(joining("\n"));
    return new Outcome(outcome.status(), own);
  }

  @Test
  void installedCommandAnswersFromItsOwnRuntime() throws Exception {
    assertEquals(new Outcome(0, ""), inRoot("-i", rpm));
    Outcome version = run("env", "-i", root.resolve("usr/lib/dwcp/bin/dwcpd").toString(), "-V");
    assertEquals(0, version.status(), version.text());
    assertTrue(version.text().startsWith("dwcpd "), version.text());
    assertEquals("", inRoot("-V", "dwcp").text());
  }

  @Test
  void upgradeAndRemovalKeepAnEditedConfiguration() throws Exception {
    assertEquals(new Outcome(0, ""), inRoot("-i", rpm));
    Path configuration = root.resolve(CONFIGURATION);
    Files.writeString(configuration, "# by hand");
    assertEquals(0, inRoot("-U", "--force", rpm).status());
    assertEquals("# by hand", Files.readString(configuration));

    Files.writeString(root.resolve("var/lib/dwcp/history.jsonl"), "{}");
    assertEquals(0, inRoot("-e", "dwcp").status());
    assertEquals("# by hand", Files.readString(root.resolve(CONFIGURATION + ".rpmsave")));
    assertTrue(Files.exists(root.resolve("var/lib/dwcp/history.jsonl")));
    assertFalse(Files.exists(root.resolve("usr/lib/dwcp")), "something was left");
  }

  @Test
  void aRecordedStartGoesWithThePackage() throws Exception {
    assertEquals(new Outcome(0, ""), inRoot("-i", rpm));
    Files.writeString(root.resolve("usr/lib/dwcp/lib/dwcp.aot"), "made by the host");
    assertEquals(0, inRoot("-e", "dwcp").status());
    assertFalse(Files.exists(root.resolve("usr/lib/dwcp")), "the cache was left");
  }

  @Test
  void itsScriptsAreAShells() throws Exception {
    Outcome scripts = run("rpm", "-qp", "--qf", "%{POSTIN}\n%{PREUN}\n%{POSTUN}\n", rpm);
    assertTrue(scripts.text().contains("make-aot-cache || :"), scripts.text());
    Path file = Files.writeString(root.resolve("scripts"), scripts.text());
    assertEquals(new Outcome(0, ""), run("sh", "-n", file.toString()));
  }
}
