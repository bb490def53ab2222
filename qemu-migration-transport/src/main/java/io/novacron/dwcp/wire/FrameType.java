package io.novacron.dwcp.wire;

import org.jspecify.annotations.Nullable;

/**
 * The kinds of frame, with their numbers on the wire (PROTOCOL.md section 4).
 *
 * <p>Numbers are never reused. 0 stays unassigned so that a zeroed header is never a valid frame.
 * {@code maxPayloadBytes} is checked before anything is allocated for a frame.
 */
public enum FrameType {
  HELLO(1, Limits.MAX_HANDSHAKE_BYTES),
  HELLO_REPLY(2, Limits.MAX_HANDSHAKE_BYTES),
  REFUSE(3, Limits.MAX_REASON_BYTES + 4),
  OPEN(10, 48 + Digest.BYTES * Limits.MAX_IMAGES),
  OPENED(11, 4 + 8 * Limits.MAX_MISSING_RANGES),
  DATA(12, Limits.MAX_DATA_BYTES),
  END(13, 40),
  RESET(14, Limits.MAX_REASON_BYTES + 4),
  RESET_ACK(15, 0),
  ACK(16, 8),
  PING(20, 8),
  PONG(21, 8),
  GOODBYE(22, Limits.MAX_REASON_BYTES + 2);

  private static final @Nullable FrameType[] BY_CODE = new @Nullable FrameType[256];

  static {
    for (FrameType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;
  private final int maxPayloadBytes;

  FrameType(int code, int maxPayloadBytes) {
    this.code = code;
    this.maxPayloadBytes = maxPayloadBytes;
  }

  public int code() {
    return code;
  }

  public int maxPayloadBytes() {
    return maxPayloadBytes;
  }

  /** The type with this number, or null when no version known here assigns it. */
  static @Nullable FrameType ofCode(int code) {
    return BY_CODE[code & 0xff];
  }
}
