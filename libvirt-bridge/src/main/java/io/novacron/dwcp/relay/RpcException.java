package io.novacron.dwcp.relay;

/**
 * A message of one connection that does not read as its procedure number says. It concerns that
 * message only: the relay then passes it on untouched.
 */
public final class RpcException extends Exception {
  RpcException(String message) {
    super(message);
  }
}
