package io.novacron.dwcp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.novacron.dwcp.tls.CertificateFiles;
import io.novacron.dwcp.tls.CertificateNames;
import io.novacron.dwcp.tls.Credentials;
import io.novacron.dwcp.tls.PeerTrust;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TlsCommandTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path pki = Path.of("");

  @BeforeEach
  void needOpenssl() throws Exception {
    try {
      assumeTrue(new ProcessBuilder("openssl", "version").start().waitFor() == 0);
    } catch (IOException e) {
      assumeTrue(false, "openssl is not installed");
    }
    pki = directory.resolve("new").resolve("pki");
  }

  private int tls(String... arguments) {
    CommandLine dwcp = DwcpCommand.commandLine();
    dwcp.setOut(new PrintWriter(out));
    dwcp.setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 1];
    all[0] = "tls";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return dwcp.execute(all);
  }

  private int init() {
    return tls("init", "--dir", pki.toString());
  }

  private int issue(String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "issue";
    all[1] = "--dir";
    all[2] = pki.toString();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return tls(all);
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void makesWhatADaemonTakesForBothEnds() throws Exception {
    assertEquals(0, init(), err::toString);
    assertEquals(0, issue("host-b", "--also", "10.0.0.2", "--also", "2001:db8::2"), err::toString);
    Credentials credentials = CertificateFiles.in(pki.resolve("host-b")).load();
    X509Certificate[] chain = {credentials.dialling().leaf()};
    PeerTrust trust = PeerTrust.of(credentials);
    trust.checkClientTrusted(chain, "UNKNOWN");
    trust.checkServerTrusted(chain, "UNKNOWN");
    CertificateNames names = CertificateNames.of(chain[0]);
    assertEquals(List.of("host-b", "10.0.0.2", "2001:db8:0:0:0:0:0:2"), names.names());
  }

  @Test
  void keysAreTheirOwnersAlone() throws IOException {
    assertEquals(0, init(), err::toString);
    assertEquals(0, issue("host-b"), err::toString);
    assertEquals("rwx------", mode(pki));
    assertEquals("rw-------", mode(pki.resolve("ca-key.pem")));
    assertEquals("rwx------", mode(pki.resolve("host-b")));
    assertEquals("rw-------", mode(pki.resolve("host-b/key.pem")));
    assertFalse(Files.exists(pki.resolve("host-b/ca-key.pem")));
    try (var left = Files.list(pki)) {
      assertEquals(3, left.count(), "scratch files are left");
    }
  }

  @Test
  void overwritesNothing() throws IOException {
    assertEquals(0, init(), err::toString);
    assertEquals(0, issue("host-b"), err::toString);
    String authority = Files.readString(pki.resolve("ca.pem"));
    String key = Files.readString(pki.resolve("host-b/key.pem"));
    assertEquals(1, init());
    assertEquals(1, issue("host-b"));
    assertTrue(err.toString().contains("will not be overwritten"), err::toString);
    assertEquals(authority, Files.readString(pki.resolve("ca.pem")));
    assertEquals(key, Files.readString(pki.resolve("host-b/key.pem")));
  }

  @Test
  void issuesNothingBesideTheCertificateOfAnotherAuthority() throws IOException {
    assertEquals(0, init(), err::toString);
    Path other = Files.createDirectories(directory.resolve("other"));
    Files.writeString(other.resolve("ca.pem"), "another");
    assertEquals(1, issue("host-b", "--out", other.toString()));
    assertTrue(err.toString().contains("of another authority"), err::toString);
    assertFalse(Files.exists(other.resolve("key.pem")));
  }

  @Test
  void saysThatThereIsNoAuthority() {
    assertEquals(1, issue("host-b"));
    assertTrue(err.toString().contains("dwcp tls init makes an authority"), err::toString);
  }

  @Test
  void refusesWhatIsNoNameOfAHost() {
    assertEquals(0, init(), err::toString);
    assertEquals(2, issue("host-b/CN=host-a"));
    assertEquals(2, issue("host-b", "--also", "host-a,DNS:host-c"));
    assertEquals(2, issue("host-b", "--days", "0"));
  }

  @Test
  void showsWhatTheDaemonUsesAndNoKey() throws IOException {
    assertEquals(0, init(), err::toString);
    assertEquals(0, issue("host-b", "--out", pki.toString()), err::toString);
    Path config =
        Files.writeString(
            directory.resolve("dwcp.conf"), "dwcp.security.pki-dir = \"" + pki + "\"");
    out.getBuffer().setLength(0);
    assertEquals(0, tls("show", "--json", "--config", config.toString()), err::toString);
    JsonArray shown = JsonParser.parseString(out.toString()).getAsJsonArray();
    assertEquals(3, shown.size());
    assertEquals("CN=host-b", shown.get(2).getAsJsonObject().get("subject").getAsString());
    assertFalse(out.toString().contains("PRIVATE"));
    assertEquals(0, tls("show", "--config", config.toString()), err::toString);
  }
}
