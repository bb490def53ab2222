package io.novacron.dwcp.config;

/** A value that its key does not allow. The message says what was seen; the caller adds where. */
public final class RefusedValueException extends Exception {
  private static final long serialVersionUID = 1L;

  RefusedValueException(String message) {
    super(message);
  }
}
