package io.novacron.dwcp.relay;

import java.util.Arrays;
import java.util.Optional;

/** {@code virNetMessageType}. */
public enum RpcType {
  CALL(0),
  REPLY(1),
  /** An event, from the side that serves; its serial is 0. */
  MESSAGE(2),
  STREAM(3),
  /** Comes with file descriptors beside the bytes, which no network can carry. */
  CALL_WITH_FDS(4),
  REPLY_WITH_FDS(5),
  STREAM_HOLE(6);

  private final int wireValue;

  RpcType(int wireValue) {
    this.wireValue = wireValue;
  }

  static Optional<RpcType> ofWireValue(int value) {
    return Arrays.stream(values()).filter(type -> type.wireValue == value).findFirst();
  }

  int wireValue() {
    return wireValue;
  }
}
