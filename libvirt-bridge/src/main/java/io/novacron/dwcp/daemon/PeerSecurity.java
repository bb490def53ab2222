package io.novacron.dwcp.daemon;

import io.novacron.dwcp.audit.AuditEvent;
import io.novacron.dwcp.audit.AuditLog;
import io.novacron.dwcp.config.DaemonConfig;
import io.novacron.dwcp.config.DaemonConfig.SecurityConfig;
import io.novacron.dwcp.config.HostCertificates;
import io.novacron.dwcp.netty.StreamSecurity;
import io.novacron.dwcp.netty.TlsStreams;
import io.novacron.dwcp.plugin.Peer;
import io.novacron.dwcp.tls.CertificateFiles;
import io.novacron.dwcp.tls.CertificateSearch;
import io.novacron.dwcp.tls.PeerRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Makes what the configuration says of security. */
final class PeerSecurity {
  private PeerSecurity() {}

  static StreamSecurity of(DaemonConfig config, AuditLog audit) {
    return switch (config.security().mode()) {
      case NONE -> StreamSecurity.none();
      case TLS -> tls(config, audit);
    };
  }

  private static StreamSecurity tls(DaemonConfig config, AuditLog audit) {
    CertificateFiles files =
        switch (HostCertificates.search(config.security())) {
          case CertificateSearch.Found found -> found.files();
          case CertificateSearch.NotFound nothing ->
              throw new IllegalStateException(String.join("; ", nothing.problems()));
        };
    TlsStreams.Provider provider =
        switch (config.security().provider()) {
          case BORINGSSL -> TlsStreams.Provider.BORINGSSL;
          case JDK -> TlsStreams.Provider.JDK;
        };
    try {
      TlsStreams streams =
          new TlsStreams(
              provider,
              rules(config),
              config.transport().handshakeTimeout().toMillis(),
              files.load());
      CertificateWatch.begin(
          files,
          renewed -> {
            streams.use(renewed);
            Map<String, String> shown = Map.of("certificate", renewed.listening().toString());
            audit.write(new AuditEvent("certificates-reloaded", "", shown));
          });
      return streams;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A peer's certificate bears its name, its address, or what the operator says instead. */
  static PeerRules rules(DaemonConfig config) {
    SecurityConfig security = config.security();
    Map<String, Set<String>> names = new HashMap<>();
    for (Peer peer : config.peers().peers()) {
      String written = security.certificateNames().get(peer.name());
      String host = peer.address().getHostString();
      names.put(
          peer.name(),
          written != null
              ? Set.of(written)
              : peer.name().equals(host) ? Set.of(host) : Set.of(peer.name(), host));
    }
    return new PeerRules(names, security.allowedPeers());
  }
}
