package io.novacron.dwcp.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A small authority of one's own, made by {@code openssl}: a certificate and a key in a directory,
 * and certificates for hosts, each good for both ends of a connection.
 *
 * <p>No file is overwritten. Keys are P-256 and readable by their owner only; they are made in a
 * directory that nobody else can enter, and moved into place.
 */
final class CertificateAuthority {
  /** 16 bytes: so many that a serial number never comes twice (CA/Browser Forum: 64 bits). */
  private static final int SERIAL_BYTES = 16;

  private final Path directory;
  private final String openssl;

  CertificateAuthority(Path directory) {
    this(directory, "openssl");
  }

  CertificateAuthority(Path directory, String openssl) {
    this.directory = directory;
    this.openssl = openssl;
  }

  Path certificate() {
    return directory.resolve("ca.pem");
  }

  Path key() {
    return directory.resolve("ca-key.pem");
  }

  /** Makes it; returns the files. */
  List<Path> init(String name, int days) throws IOException {
    List<Path> made = List.of(certificate(), key());
    refuseToOverwrite(made);
    makePrivate(directory);
    inScratch(scratch -> {
      newKey(scratch, "ca-key.pem");
      extensions(
          scratch,
          "basicConstraints=critical,CA:TRUE,pathlen:0",
          "keyUsage=critical,keyCertSign,cRLSign",
          "subjectKeyIdentifier=hash");
      request(scratch, "ca-key.pem", name);
      run(
          scratch,
          List.of("x509", "-req", "-in", "request", "-signkey", "ca-key.pem", "-out", "ca.pem"),
          signing(days));
      moveInto(directory, scratch, "ca-key.pem", "ca.pem");
    });
    return made;
  }

  /**
   * Certifies a host; returns the files, the authority's certificate among them.
   *
   * @param names of the host, the first of which it goes by; host names and addresses
   */
  List<Path> issue(List<String> names, int days, Path out) throws IOException {
    for (Path needed : List.of(certificate(), key())) {
      if (!Files.exists(needed)) {
        throw new IOException(needed + " does not exist: dwcp tls init makes an authority");
      }
    }
    List<Path> made = new ArrayList<>(List.of(out.resolve("cert.pem"), out.resolve("key.pem")));
    refuseToOverwrite(made);
    Path authority = out.resolve("ca.pem");
    boolean isElsewhere = !Files.exists(authority);
    if (!isElsewhere && Files.mismatch(authority, certificate()) >= 0) {
      throw new IOException(authority + " is of another authority than " + certificate());
    }
    makePrivate(out);
    inScratch(scratch -> {
      newKey(scratch, "key.pem");
      extensions(
          scratch,
          "basicConstraints=critical,CA:FALSE",
          "keyUsage=critical,digitalSignature",
          "extendedKeyUsage=serverAuth,clientAuth",
          "subjectKeyIdentifier=hash",
          "authorityKeyIdentifier=keyid",
          "subjectAltName="
              + names.stream()
                  .map(CertificateAuthority::alternative)
                  .collect(Collectors.joining(",")));
      request(scratch, "key.pem", names.getFirst());
      run(
          scratch,
          List.of("x509", "-req", "-in", "request", "-out", "cert.pem"),
          List.of("-CA", certificate().toAbsolutePath().toString()),
          List.of("-CAkey", key().toAbsolutePath().toString()),
          signing(days));
      if (isElsewhere) {
        Files.copy(certificate(), scratch.resolve("ca.pem"));
        moveInto(out, scratch, "ca.pem");
        made.addFirst(authority);
      }
      moveInto(out, scratch, "key.pem", "cert.pem");
    });
    return made;
  }

  /** As subjectAltName wants it. */
  private static String alternative(String name) {
    try {
      return "IP:" + InetAddress.ofLiteral(name).getHostAddress();
    } catch (IllegalArgumentException noAddress) {
      return "DNS:" + name;
    }
  }

  private static void refuseToOverwrite(List<Path> files) throws IOException {
    List<Path> there = files.stream().filter(Files::exists).toList();
    if (!there.isEmpty()) {
      throw new IOException(
          there.stream().map(Path::toString).collect(Collectors.joining(", "))
              + (there.size() == 1 ? " exists" : " exist")
              + " already and will not be overwritten; move what is to be replaced away first");
    }
  }

  /** What is there stays as it is: it may be shared on purpose. */
  private static void makePrivate(Path wanted) throws IOException {
    if (!Files.isDirectory(wanted)) {
      Path parent = wanted.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(
          wanted,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /** Work in a directory that is gone afterwards. */
  private interface ScratchWork {
    void in(Path scratch) throws IOException;
  }

  private void inScratch(ScratchWork work) throws IOException {
    Path scratch = Files.createTempDirectory(directory, ".making");
    try {
      work.in(scratch);
    } finally {
      List<Path> left;
      try (Stream<Path> all = Files.walk(scratch)) {
        left = all.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path each : left) {
        Files.delete(each);
      }
    }
  }

  private void newKey(Path scratch, String name) throws IOException {
    run(
        scratch,
        List.of(
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name));
    Files.setPosixFilePermissions(
        scratch.resolve(name), PosixFilePermissions.fromString("rw-------"));
  }

  private static void extensions(Path scratch, String... lines) throws IOException {
    Files.write(scratch.resolve("extensions"), List.of(lines));
    Files.writeString(
        scratch.resolve("config"), "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=unused\n");
  }

  private void request(Path scratch, String key, String commonName) throws IOException {
    run(
        scratch,
        List.of("req", "-new", "-config", "config", "-key", key, "-out", "request"),
        List.of("-subj", "/CN=" + commonName));
  }

  private static List<String> signing(int days) {
    byte[] serial = new byte[SERIAL_BYTES];
    new SecureRandom().nextBytes(serial);
    serial[0] = (byte) ((serial[0] & 0x7f) | 0x40); // positive, and of full length
    return List.of(
        "-sha256",
        "-days",
        String.valueOf(days),
        "-set_serial",
        "0x" + HexFormat.of().formatHex(serial),
        "-extfile",
        "extensions");
  }

  private static void moveInto(Path to, Path scratch, String... names) throws IOException {
    for (String name : names) {
      Path target = to.resolve(name);
      if (Files.exists(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.move(scratch.resolve(name), target);
    }
  }

  @SafeVarargs
  private void run(Path scratch, List<String>... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(openssl));
    for (List<String> each : arguments) {
      command.addAll(each);
    }
    Process process;
    try {
      process =
          new ProcessBuilder(command).directory(scratch.toFile()).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IOException(
          "the command openssl is needed, and cannot be run: " + e.getMessage(), e);
    }
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
