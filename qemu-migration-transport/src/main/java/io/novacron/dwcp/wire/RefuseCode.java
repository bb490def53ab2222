package io.novacron.dwcp.wire;

/** Why a HELLO was refused (PROTOCOL.md section 8). A source that reads any of these goes plain. */
public enum RefuseCode {
  /** No protocol version in common. */
  VERSION(1),
  /** The session asked for is not known here: the daemon was restarted, or gave it up. */
  UNKNOWN_SESSION(2),
  /** Too many sessions or streams. */
  BUSY(3),
  /** The daemon is stopping and takes no new session. */
  STOPPING(4),
  /** The peer broke the protocol. */
  PROTOCOL(5),
  /** The certificate is not of a host that may come here; sent over TLS only. */
  NOT_ALLOWED(6);

  private final int code;

  RefuseCode(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  static RefuseCode ofCode(int code) throws WireException {
    for (RefuseCode each : values()) {
      if (each.code == code) {
        return each;
      }
    }
    throw new WireException("refusal code " + code + "; expected 1 to 6");
  }
}
