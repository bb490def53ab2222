package io.novacron.dwcp.wire;

/**
 * Bytes on a stream that are not ours or break the protocol. The damage reaches the stream: it is
 * closed, its unacknowledged frames go over the others. Without a stack trace: a hostile peer
 * causes these at will.
 */
public final class WireException extends Exception {
  private static final long serialVersionUID = 1L;

  public WireException(String message) {
    super(message, null, false, false);
  }
}
