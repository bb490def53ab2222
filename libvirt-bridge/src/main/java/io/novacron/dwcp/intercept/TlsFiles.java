package io.novacron.dwcp.intercept;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.novacron.dwcp.tls.CertificateFiles;
import io.novacron.dwcp.tls.PemPrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;

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
            .trustManager(CertificateFiles.certificates(ca));
    boolean hasCertificate = Files.exists(certificate);
    if (hasCertificate != Files.exists(key)) {
      throw new IOException(
          "qemu+tls needs both " + certificate + " and " + key + ", but only one of them exists");
    }
    try {
      if (hasCertificate) {
        PrivateKey privateKey = PemPrivateKey.read(key, CertificateFiles.bytes(key));
        builder.keyManager(privateKey, CertificateFiles.certificates(certificate));
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new IOException("qemu+tls cannot use " + this + ": " + e.getMessage(), e);
    }
  }

  /** For errors: where was looked, and whether this host showed a certificate of its own. */
  @Override
  public String toString() {
    return "CA %s, certificate %s, key %s%s"
        .formatted(
            ca, certificate, key, Files.exists(certificate) ? "" : ", of which the last two lack");
  }
}
