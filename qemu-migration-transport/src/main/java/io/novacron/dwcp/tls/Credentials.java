package io.novacron.dwcp.tls;

import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What this host shows to others and whom it believes, as its files said at one moment.
 *
 * @param dialling shown to a peer that this host dials
 * @param listening shown to those that dial this host
 * @param authorities whose certificates are believed
 * @param revocations empty: nothing is asked about revocation
 */
public record Credentials(
    HostCertificate dialling,
    HostCertificate listening,
    List<X509Certificate> authorities,
    List<X509CRL> revocations) {
  public Credentials {
    authorities = List.copyOf(authorities);
    revocations = List.copyOf(revocations);
  }
}
