package io.novacron.dwcp.tls;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which certificate may stand for which host. An answer is empty, or says why not.
 *
 * @param certificateNames by the names of the configured peers: what a certificate of that peer
 *     must bear, any one of them
 * @param allowed patterns of who may dial this host, for subjects and names; empty: whoever bears a
 *     name of a configured peer
 */
public record PeerRules(Map<String, Set<String>> certificateNames, List<NamePattern> allowed) {
  public PeerRules {
    certificateNames = Map.copyOf(certificateNames);
    allowed = List.copyOf(allowed);
  }

  /** About the certificate that the peer showed which this host dialled. */
  public Optional<String> objectionToDialled(String peerName, CertificateNames shown) {
    Set<String> expected = certificateNames.getOrDefault(peerName, Set.of(peerName));
    return expected.stream().anyMatch(shown::include)
        ? Optional.empty()
        : Optional.of(
            "the certificate is for %s, expected one for %s"
                .formatted(shown, String.join(" or ", expected.stream().sorted().toList())));
  }

  /** About whoever dialled this host. */
  public Optional<String> objectionToCaller(CertificateNames shown) {
    return isAllowed(shown)
        ? Optional.empty()
        : Optional.of(
            "the certificate %s is not allowed here: %s"
                .formatted(
                    shown,
                    allowed.isEmpty()
                        ? "no configured peer has such a name, and security.allowed-peers is empty"
                        : "no pattern of security.allowed-peers matches"));
  }

  /** About what either calls itself: logs, history and baselines go by it. */
  public Optional<String> objectionToName(String hostName, CertificateNames shown) {
    return shown.mayBeCalled(hostName)
        ? Optional.empty()
        : Optional.of(
            "a host that calls itself %s showed the certificate %s; host-name must be a name of it"
                .formatted(hostName, shown));
  }

  private boolean isAllowed(CertificateNames shown) {
    if (allowed.isEmpty()) {
      return certificateNames.values().stream().flatMap(Set::stream).anyMatch(shown::include);
    }
    return allowed.stream()
        .anyMatch(pattern ->
            pattern.matches(shown.subject()) || shown.names().stream().anyMatch(pattern::matches));
  }
}
