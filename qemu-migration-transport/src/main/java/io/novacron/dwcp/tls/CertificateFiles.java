package io.novacron.dwcp.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The PEM files of one place that holds a host's certificates.
 *
 * @param ca certificates of the authorities
 * @param revocations lists of what they took back; need not exist
 * @param dialling certificate and key for connections that this host opens
 * @param listening for those that it accepts; may be the same files
 */
public record CertificateFiles(Path ca, Path revocations, Pair dialling, Pair listening) {
  /** A certificate, with those that lead to the authority behind it, and its key. */
  public record Pair(Path certificate, Path key) {}

  /** 1 MiB: some 500 certificates. */
  private static final long LONGEST_BYTES = 1024 * 1024;

  /** Our own directory: one certificate for both directions. */
  public static CertificateFiles in(Path directory) {
    Pair pair = new Pair(directory.resolve("cert.pem"), directory.resolve("key.pem"));
    return new CertificateFiles(
        directory.resolve("ca.pem"), directory.resolve("crl.pem"), pair, pair);
  }

  /**
   * Where compute hosts have certificates already: libvirt's (libvirt.org, "TLS certificates"), and
   * QEMU's, which are those of Nova's native TLS.
   *
   * @param pki {@code /etc/pki}
   */
  public static List<CertificateFiles> ofHost(Path pki) {
    Path libvirt = pki.resolve("libvirt");
    Path qemu = pki.resolve("qemu");
    return List.of(
        new CertificateFiles(
            pki.resolve("CA/cacert.pem"),
            pki.resolve("CA/cacrl.pem"),
            new Pair(libvirt.resolve("clientcert.pem"), libvirt.resolve("private/clientkey.pem")),
            new Pair(libvirt.resolve("servercert.pem"), libvirt.resolve("private/serverkey.pem"))),
        new CertificateFiles(
            qemu.resolve("ca-cert.pem"),
            qemu.resolve("ca-crl.pem"),
            new Pair(qemu.resolve("client-cert.pem"), qemu.resolve("client-key.pem")),
            new Pair(qemu.resolve("server-cert.pem"), qemu.resolve("server-key.pem"))));
  }

  /** All that must be there, in the order in which an operator would look. */
  public List<Path> required() {
    return Stream.of(
            ca, dialling.certificate(), dialling.key(), listening.certificate(), listening.key())
        .distinct()
        .toList();
  }

  /** Those of {@link #required} that do not exist. */
  public List<Path> missing() {
    return required().stream().filter(file -> !Files.exists(file)).toList();
  }

  /** All, the revocation lists too. */
  public List<Path> all() {
    return Stream.concat(required().stream(), Stream.of(revocations)).toList();
  }

  /**
   * Reads them.
   *
   * @throws IOException that names the file and what is wrong with it
   */
  public Credentials load() throws IOException {
    HostCertificate dial = host(dialling);
    HostCertificate listen = listening.equals(dialling) ? dial : host(listening);
    List<X509CRL> revoked = Files.exists(revocations) ? crls(revocations) : List.of();
    return new Credentials(dial, listen, Arrays.asList(certificates(ca)), revoked);
  }

  private static HostCertificate host(Pair files) throws IOException {
    X509Certificate[] chain = certificates(files.certificate());
    PrivateKey key = PemPrivateKey.read(files.key(), bytes(files.key()));
    if (!isPair(key, chain[0].getPublicKey())) {
      throw new IOException(
          files.key() + " is not the key of the first certificate in " + files.certificate());
    }
    return new HostCertificate(key, Arrays.asList(chain));
  }

  /** Found out by use: not every kind of private key tells its public one. */
  private static boolean isPair(PrivateKey key, PublicKey published) throws IOException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    byte[] text = {1};
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(published);
      signature.update(text);
      return signature.verify(signed);
    } catch (InvalidKeyException | SignatureException otherKind) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IOException("the JDK cannot sign with " + algorithm + ": " + e.getMessage(), e);
    }
  }

  /**
   * The certificates of a PEM file, at least one.
   *
   * @throws IOException that names the file and what is wrong with it
   */
  public static X509Certificate[] certificates(Path file) throws IOException {
    try {
      X509Certificate[] read =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(file)))
              .toArray(X509Certificate[]::new);
      if (read.length == 0) {
        throw new IOException(file + " holds no certificate");
      }
      return read;
    } catch (CertificateException e) {
      throw new IOException(file + " holds no certificate in PEM form: " + e.getMessage(), e);
    }
  }

  private static List<X509CRL> crls(Path file) throws IOException {
    try {
      List<X509CRL> lists = new ArrayList<>();
      CertificateFactory.getInstance("X.509")
          .generateCRLs(new ByteArrayInputStream(bytes(file)))
          .forEach(list -> lists.add((X509CRL) list));
      if (lists.isEmpty()) {
        throw new IOException(file + " holds no revocation list");
      }
      return lists;
    } catch (CertificateException | CRLException e) {
      throw new IOException(file + " holds no revocation list in PEM form: " + e.getMessage(), e);
    }
  }

  /**
   * The whole file.
   *
   * @throws IOException also when it is longer than any such file
   */
  public static byte[] bytes(Path file) throws IOException {
    long length = Files.size(file);
    if (length > LONGEST_BYTES) {
      throw new IOException(
          file + " is " + length + " bytes long, expected at most " + LONGEST_BYTES);
    }
    return Files.readAllBytes(file);
  }
}
