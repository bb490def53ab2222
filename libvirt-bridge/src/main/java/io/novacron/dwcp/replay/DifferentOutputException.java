package io.novacron.dwcp.replay;

/** The destination got other bytes than the source sent: a defect of DWCP, whatever the file. */
public final class DifferentOutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DifferentOutputException(String message) {
    super(message);
  }
}
