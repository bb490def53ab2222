package io.novacron.dwcp.intercept;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Certificates made by openssl, in one directory. */
record TestCertificates(Path directory) {
  static boolean opensslIsThere() {
    try {
      return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A new authority: NAME.pem and NAME.key. */
  void authority(String name) throws Exception {
    request(name, List.of("-subj", "/CN=" + name));
  }

  /** A certificate for the host, signed by an authority. */
  void certificate(String name, String authority, String host) throws Exception {
    request(
        name,
        List.of(
            "-subj",
            "/CN=" + host,
            "-addext",
            "subjectAltName=DNS:" + host,
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-CA",
            authority + ".pem",
            "-CAkey",
            authority + ".key"));
  }

  private void request(String name, List<String> more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout"));
    command.addAll(List.of(name + ".key", "-out", name + ".pem"));
    command.addAll(more);
    openssl(command);
  }

  void openssl(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command + ": " + said);
    }
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /** As this host would hold them. */
  TlsFiles files(String authority, String certificate) {
    return new TlsFiles(
        file(authority + ".pem"),
        file(certificate + ".pem"),
        file(certificate + ".key"),
        file("revoked.pem"));
  }
}
