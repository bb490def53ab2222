package io.novacron.dwcp.plugin;

/**
 * What arrived is not what the codec encodes. Without a stack: the peer causes it, not this code.
 */
public final class CorruptResidueException extends Exception {

  public CorruptResidueException(String message) {
    super(message, null, false, false);
  }
}
