package io.novacron.dwcp.relay;

import java.util.Optional;

/** {@code virNetMessageStatus}; the constants stand in the order of their wire values 0 to 2. */
public enum RpcStatus {
  OK,
  ERROR,
  /** More stream packets follow. */
  CONTINUE;

  private static final RpcStatus[] BY_WIRE_VALUE = values();

  static Optional<RpcStatus> ofWireValue(int value) {
    return value >= 0 && value < BY_WIRE_VALUE.length
        ? Optional.of(BY_WIRE_VALUE[value])
        : Optional.empty();
  }

  int wireValue() {
    return ordinal();
  }
}
