package io.novacron.dwcp.relay;

import java.util.Optional;

/** {@code virNetMessageType}; the constants stand in the order of their wire values 0 to 6. */
public enum RpcType {
  CALL,
  REPLY,
  /** An event, from the side that serves; its serial is 0. */
  MESSAGE,
  STREAM,
  /** Comes with file descriptors beside the bytes, which no network can carry. */
  CALL_WITH_FDS,
  REPLY_WITH_FDS,
  STREAM_HOLE;

  private static final RpcType[] BY_WIRE_VALUE = values();

  static Optional<RpcType> ofWireValue(int value) {
    return value >= 0 && value < BY_WIRE_VALUE.length
        ? Optional.of(BY_WIRE_VALUE[value])
        : Optional.empty();
  }

  int wireValue() {
    return ordinal();
  }
}
