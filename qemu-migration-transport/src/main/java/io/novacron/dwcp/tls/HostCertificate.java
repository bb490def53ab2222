package io.novacron.dwcp.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A host's certificate with its key.
 *
 * @param chain the host's own certificate, then those that lead to the authority
 */
public record HostCertificate(PrivateKey key, List<X509Certificate> chain) {
  public HostCertificate {
    chain = List.copyOf(chain);
  }

  /** The host's own. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /** Without the key: it may end in a log. */
  @Override
  public String toString() {
    return leaf().getSubjectX500Principal().getName();
  }
}
