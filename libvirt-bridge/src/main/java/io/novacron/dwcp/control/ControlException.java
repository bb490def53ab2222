package io.novacron.dwcp.control;

/** The conversation failed; the message is for the operator and says what to do where it can. */
public final class ControlException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With a message that stands on its own. */
  public ControlException(String message) {
    super(message);
  }

  /** With the cause for a debugger; the message stands on its own all the same. */
  public ControlException(String message, Throwable cause) {
    super(message, cause);
  }
}
