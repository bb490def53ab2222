package io.novacron.dwcp.testing;

import io.novacron.dwcp.tls.CertificateFiles;
import io.novacron.dwcp.tls.CertificateFiles.Pair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Authorities and certificates made by openssl, in one directory. */
public record MadeCertificates(Path directory) {
  public static boolean opensslIsThere() {
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
  public void authority(String name) throws IOException, InterruptedException {
    request(name, List.of("-subj", "/CN=" + name, "-addext", "keyUsage=keyCertSign,cRLSign"));
  }

  /**
   * A certificate from an authority.
   *
   * @param alternatives as openssl writes them, {@code DNS:host-a,IP:10.0.0.1}; empty: none
   */
  public void certificate(String name, String authority, String commonName, String alternatives)
      throws IOException, InterruptedException {
    List<String> more =
        new ArrayList<>(
            List.of(
                "-subj",
                "/O=Example/CN=" + commonName,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-CA",
                authority + ".pem",
                "-CAkey",
                authority + ".key"));
    if (!alternatives.isEmpty()) {
      more.addAll(List.of("-addext", "subjectAltName=" + alternatives));
    }
    request(name, more);
  }

  /** A certificate of the usual kind, for one host name. */
  public void certificate(String name, String authority, String host)
      throws IOException, InterruptedException {
    certificate(name, authority, host, "DNS:" + host);
  }

  private void request(String name, List<String> more) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"));
    command.addAll(
        List.of("-nodes", "-days", "2", "-keyout", name + ".key", "-out", name + ".pem"));
    command.addAll(more);
    openssl(command);
  }

  /** AUTHORITY.crl: what the authority took back so far. */
  public void revoke(String name, String authority) throws IOException, InterruptedException {
    if (!Files.exists(directory.resolve("index"))) {
      Files.writeString(directory.resolve("index"), "");
      Files.writeString(directory.resolve("crlnumber"), "01\n");
      Files.writeString(
          directory.resolve("ca.conf"),
          """
          [ca]
          default_ca = it
          [it]
          database = index
          crlnumber = crlnumber
          default_md = sha256
          default_crl_days = 1
          """);
    }
    List<String> signing =
        List.of("-config", "ca.conf", "-cert", authority + ".pem", "-keyfile", authority + ".key");
    List<String> command = new ArrayList<>(List.of("ca", "-revoke", name + ".pem"));
    command.addAll(signing);
    openssl(command);
    command = new ArrayList<>(List.of("ca", "-gencrl", "-out", authority + ".crl"));
    command.addAll(signing);
    openssl(command);
  }

  private void openssl(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + said);
    }
  }

  /** As a host would hold them. */
  public CertificateFiles files(String authority, String certificate) {
    Pair pair =
        new Pair(directory.resolve(certificate + ".pem"), directory.resolve(certificate + ".key"));
    return new CertificateFiles(
        directory.resolve(authority + ".pem"), directory.resolve(authority + ".crl"), pair, pair);
  }
}
