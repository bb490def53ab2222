package io.novacron.dwcp.relay;

import java.util.Arrays;
import java.util.Optional;

/** {@code virNetMessageStatus}. */
public enum RpcStatus {
  OK(0),
  ERROR(1),
  /** More stream packets follow. */
  CONTINUE(2);

  private final int wireValue;

  RpcStatus(int wireValue) {
    this.wireValue = wireValue;
  }

  static Optional<RpcStatus> ofWireValue(int value) {
    return Arrays.stream(values()).filter(status -> status.wireValue == value).findFirst();
  }

  int wireValue() {
    return wireValue;
  }
}
