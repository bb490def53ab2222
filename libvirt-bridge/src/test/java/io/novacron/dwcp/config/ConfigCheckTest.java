package io.novacron.dwcp.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCheckTest {

  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void saysOkToGoodFile() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("dwcp.conf"), "dwcp { streams = 4, security.mode = none }");
    assertEquals(0, check(file));
    assertEquals(file + ": OK\n", out.toString(UTF_8));
    assertEquals("", err.toString(UTF_8));
  }

  @Test
  void printsEveryProblemOfBadFile() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("dwcp.conf"),
            "dwcp {\n streams = 40\n stat-dir = /x\n security.mode = none\n}");
    assertEquals(1, check(file));
    assertEquals("", out.toString(UTF_8));
    assertEquals(
        file
            + ":2: dwcp.streams: \"40\" is out of range; allowed: 1 to 32\n"
            + file
            + ":3: dwcp.stat-dir: is not a key; did you mean dwcp.state-dir?\n",
        err.toString(UTF_8));
  }

  @Test
  void saysWhichCertificatesItLookedForBesideEveryOtherProblem() throws IOException {
    Path pki = directory.resolve("pki");
    Path file =
        Files.writeString(
            directory.resolve("dwcp.conf"),
            "dwcp {\n streams = 40\n security.pki-dir = \"" + pki + "\"\n}");
    assertEquals(1, check(file));
    String said = err.toString(UTF_8);
    assertTrue(said.contains("dwcp.streams"), said);
    assertTrue(said.contains(pki.resolve("ca.pem").toString()), said);
    assertTrue(said.contains("dwcp tls init"), said);
  }

  @Test
  void saysWhatIsMissingOfAnIncompleteSet() throws IOException {
    Path pki = Files.createDirectory(directory.resolve("pki"));
    Files.writeString(pki.resolve("cert.pem"), "");
    Path file =
        Files.writeString(
            directory.resolve("dwcp.conf"), "dwcp { security.pki-dir = \"" + pki + "\" }");
    assertEquals(1, check(file));
    String said = err.toString(UTF_8);
    assertTrue(said.contains(pki.resolve("key.pem").toString()), said);
    assertFalse(said.contains(pki.resolve("cert.pem").toString()), said);
  }

  private int check(Path file) {
    return ConfigCheck.run(
        file, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
  }
}
