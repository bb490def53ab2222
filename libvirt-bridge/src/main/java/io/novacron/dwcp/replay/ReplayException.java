package io.novacron.dwcp.replay;

/** A recording cannot be played, or the sessions broke; the message is for the operator. */
public final class ReplayException extends Exception {
  private static final long serialVersionUID = 1L;

  public ReplayException(String message) {
    super(message);
  }

  public ReplayException(String message, Throwable cause) {
    super(message, cause);
  }
}
