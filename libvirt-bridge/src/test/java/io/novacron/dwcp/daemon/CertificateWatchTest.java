package io.novacron.dwcp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.novacron.dwcp.tls.CertificateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateWatchTest {
  @TempDir Path directory;

  private final List<String> used = new ArrayList<>();
  private CertificateWatch watch;

  @BeforeEach
  void begin() throws Exception {
    make("first");
    install("first.pem", "cert.pem");
    install("first.pem", "ca.pem");
    install("first.key", "key.pem");
    watch =
        new CertificateWatch(
            CertificateFiles.in(directory), renewed -> used.add(renewed.listening().toString()));
  }

  /** A certificate that signs itself. */
  private void make(String name) throws Exception {
    List<String> command =
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=" + name,
            "-keyout",
            name + ".key",
            "-out",
            name + ".pem");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "openssl is not installed");
      return;
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  /** As those who renew certificates do: a new file in the place of the old. */
  private void install(String from, String to) throws IOException {
    Path next = directory.resolve(to + ".next");
    Files.copy(directory.resolve(from), next);
    Files.deleteIfExists(directory.resolve(to));
    Files.move(next, directory.resolve(to));
  }

  @Test
  void leavesFilesAloneThatDidNotChange() {
    watch.look();
    assertEquals(List.of(), used);
  }

  @Test
  void waitsUntilKeyAndCertificateBelongTogether() throws Exception {
    make("second");
    install("second.pem", "cert.pem");
    watch.look();
    watch.look();
    assertEquals(List.of(), used);
    install("second.key", "key.pem");
    watch.look();
    watch.look();
    assertEquals(List.of("CN=second"), used);
  }

  @Test
  void keepsTheFormerOnesWhileAFileIsBrokenOrGone() throws Exception {
    Files.writeString(directory.resolve("cert.pem"), "half a certif");
    watch.look();
    Files.delete(directory.resolve("cert.pem"));
    watch.look();
    assertEquals(List.of(), used);
    install("first.pem", "cert.pem");
    watch.look();
    assertEquals(List.of("CN=first"), used);
  }
}
