package io.novacron.dwcp.nbd;

/**
 * An NBD connection on which writes were acknowledged early cannot go on: the destination failed
 * one of them, or the connection is not understood any more. It must be broken.
 */
public final class NbdException extends Exception {
  private static final long serialVersionUID = 1L;

  NbdException(String message) {
    super(message);
  }
}
