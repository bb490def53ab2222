package io.novacron.dwcp.encoding;

/**
 * A batch is not what its sender built, or was not built by the rules. The channel cannot go on;
 * its session and the other channels can. Nothing of the batch was handed out. Without a stack: the
 * peer causes it, not this code.
 */
public final class CorruptBatchException extends Exception {

  public CorruptBatchException(String message) {
    super(message, null, false, false);
  }
}
