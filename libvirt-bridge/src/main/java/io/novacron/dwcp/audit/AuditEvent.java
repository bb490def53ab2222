package io.novacron.dwcp.audit;

import java.util.Map;

/**
 * One decision.
 *
 * @param event what kind: {@code peer-accepted}, {@code peer-refused}, {@code migration-started},
 *     {@code migration-ended}, {@code fallback}, {@code call-refused}, {@code limit-changed},
 *     {@code certificates-reloaded}, {@code daemon-started}, {@code daemon-stopped}
 * @param who the peer or the user that caused it; empty: this daemon itself
 * @param details further fields, by name
 */
public record AuditEvent(String event, String who, Map<String, String> details) {
  public AuditEvent {
    details = Map.copyOf(details);
  }
}
