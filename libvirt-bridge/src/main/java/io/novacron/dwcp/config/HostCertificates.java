package io.novacron.dwcp.config;

import io.novacron.dwcp.config.DaemonConfig.SecurityConfig;
import io.novacron.dwcp.config.DaemonConfig.SecurityMode;
import io.novacron.dwcp.tls.CertificateSearch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The certificates of this host that a configuration asks for. */
public final class HostCertificates {
  private static final Path PKI = Path.of("/etc/pki");

  private HostCertificates() {}

  /** Where they are. */
  public static CertificateSearch search(SecurityConfig security) {
    return CertificateSearch.in(security.pkiDir(), PKI);
  }

  /** What is wrong with them; empty when the daemon can start, or needs none. */
  static List<String> problems(SecurityConfig security) {
    if (security.mode() == SecurityMode.NONE) {
      return List.of();
    }
    return switch (search(security)) {
      case CertificateSearch.Found found -> {
        try {
          found.files().load();
          yield List.of();
        } catch (IOException e) {
          yield List.of("tls cannot be spoken: " + e.getMessage());
        }
      }
      case CertificateSearch.NotFound nothing -> nothing.problems();
    };
  }
}
