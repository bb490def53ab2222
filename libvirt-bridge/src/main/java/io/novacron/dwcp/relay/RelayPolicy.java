package io.novacron.dwcp.relay;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * What the source's daemon knows when a migration begins.
 *
 * @param localHostname as the local libvirt names this host in its cookies
 * @param localHostUuid the local libvirt's host UUID, the better proof where it is known
 * @param dataPath asked once for each migration, and for each keepalive
 */
public record RelayPolicy(String localHostname, Optional<UUID> localHostUuid, DataPath dataPath) {
  /** Whether the session to the peer can carry a guest now. */
  @FunctionalInterface
  public interface DataPath {
    /** Empty when healthy, else what is wrong, for the log. */
    Optional<String> problem();

    /**
     * Whether nothing reaches the peer for now, so that keepalives have to be answered in its
     * place. Never so on a connection of its own: there libvirt's keepalive is what notices.
     */
    default boolean isDown() {
      return false;
    }
  }

  /**
   * Whether the call comes from a guest on this host: else the source would look for our listeners
   * on its own loopback, where they are not. Hostnames match whole, or in the first label if one of
   * the two has no domain; a call that names no host does not match.
   */
  boolean isLocal(PrepareCall call) {
    Optional<UUID> uuid = call.sourceHostUuid();
    if (uuid.isPresent() && localHostUuid.isPresent()) {
      return uuid.equals(localHostUuid);
    }
    return call.sourceHostname().filter(this::isLocalName).isPresent();
  }

  private boolean isLocalName(String hostname) {
    String theirs = hostname.toLowerCase(Locale.ROOT);
    String ours = localHostname.toLowerCase(Locale.ROOT);
    boolean comparable = theirs.contains(".") == ours.contains(".");
    return comparable ? theirs.equals(ours) : firstLabel(theirs).equals(firstLabel(ours));
  }

  private static String firstLabel(String hostname) {
    int dot = hostname.indexOf('.');
    return dot < 0 ? hostname : hostname.substring(0, dot);
  }
}
