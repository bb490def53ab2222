package io.novacron.dwcp.intercept;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * The PEM files with which libvirt opens {@code qemu+tls} (libvirt.org, "Remote support"). As with
 * libvirt the CA's is needed; without certificate and key of this host the connection is tried
 * without them, which a libvirt with {@code tls_no_verify_certificate} accepts.
 *
 * @param revoked certificates that the CA took back; not understood here, so it must not exist
 */
record TlsFiles(Path ca, Path certificate, Path key, Path revoked) {
  static final TlsFiles LIBVIRT =
      new TlsFiles(
          Path.of("/etc/pki/CA/cacert.pem"),
          Path.of("/etc/pki/libvirt/clientcert.pem"),
          Path.of("/etc/pki/libvirt/private/clientkey.pem"),
          Path.of("/etc/pki/CA/cacrl.pem"));

  /** 1 MiB: some 500 certificates. */
  private static final long LONGEST_BYTES = 1024 * 1024;

  /** Reads the files; they may be renewed at any time, so each connection asks anew. */
  SslContext load() throws IOException {
    if (!Files.exists(ca)) {
      throw new IOException("qemu+tls needs the CA certificate " + ca + ", which does not exist");
    }
    if (Files.exists(revoked)) {
      throw new IOException(
          "qemu+tls is not tried: the revocation list " + revoked + " would go unchecked");
    }
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2")
            .endpointIdentificationAlgorithm("HTTPS")
            .trustManager(certificates(ca));
    boolean hasCertificate = Files.exists(certificate);
    if (hasCertificate != Files.exists(key)) {
      throw new IOException(
          "qemu+tls needs both " + certificate + " and " + key + ", but only one of them exists");
    }
    try {
      if (hasCertificate) {
        PrivateKey privateKey = PemPrivateKey.read(key, bytes(key));
        builder.keyManager(privateKey, certificates(certificate));
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new IOException("qemu+tls cannot use " + this + ": " + e.getMessage(), e);
    }
  }

  private static X509Certificate[] certificates(Path file) throws IOException {
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

  private static byte[] bytes(Path file) throws IOException {
    long length = Files.size(file);
    if (length > LONGEST_BYTES) {
      throw new IOException(
          file + " is " + length + " bytes long, expected at most " + LONGEST_BYTES);
    }
    return Files.readAllBytes(file);
  }

  /** For errors: where was looked, and whether this host showed a certificate of its own. */
  @Override
  public String toString() {
    return "CA %s, certificate %s, key %s%s"
        .formatted(
            ca, certificate, key, Files.exists(certificate) ? "" : ", of which the last two lack");
  }
}
