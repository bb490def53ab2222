package io.novacron.dwcp.fallback;

/**
 * Why a migration, or one connection of libvirt, goes by plain TCP. A fallback is no error: the
 * guest still migrates, as it would without us.
 *
 * @param kind what is counted
 * @param detail what is logged and shown, with what was seen and expected
 */
public record Fallback(Kind kind, String detail) {
  /** The causes, as counted by {@code dwcp status}. */
  public enum Kind {
    /** No connection to the peer's daemon: absent, stopped, or no route. */
    PEER_UNREACHABLE("peer-unreachable"),
    /** The peer's daemon said no: no common version, stopping, busy. */
    PEER_REFUSED("peer-refused"),
    /** What answers on the peer's port is silent or speaks something else. */
    PEER_NOT_DWCP("peer-not-dwcp"),
    /** An outage outlasted its budget lately. */
    QUARANTINED("quarantined"),
    /** The session has no stream at the moment of Prepare. */
    DATA_PATH_DOWN("data-path-down"),
    /** This migration cannot be carried: tunnelled, RDMA, TLS without a name, a third host. */
    NOT_CARRIED("not-carried");

    private final String counterName;

    Kind(String counterName) {
      this.counterName = counterName;
    }

    public String counterName() {
      return counterName;
    }
  }

  @Override
  public String toString() {
    return kind.counterName() + ": " + detail;
  }
}
