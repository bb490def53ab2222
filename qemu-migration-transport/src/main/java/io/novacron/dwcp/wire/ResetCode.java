package io.novacron.dwcp.wire;

/** Why a channel ended before its time (PROTOCOL.md section 8). */
public enum ResetCode {
  /** The local connection was reset or failed. */
  LOCAL(1),
  /** The destination could not connect to its libvirt or QEMU, or the port was never announced. */
  CONNECT(2),
  /** Bytes did not match their digest; nothing of the batch was delivered. */
  INTEGRITY(3),
  /** The session is given up: outage past its budget, or the daemon stops. */
  SESSION(4),
  /** The peer broke the protocol on this channel. */
  PROTOCOL(5);

  private final int code;

  ResetCode(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  static ResetCode ofCode(int code) throws WireException {
    for (ResetCode each : values()) {
      if (each.code == code) {
        return each;
      }
    }
    throw new WireException("reset code " + code + "; expected 1 to 5");
  }
}
