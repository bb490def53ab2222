package io.novacron.dwcp.relay;

/**
 * A message of one connection that does not read as its procedure number says. It concerns that
 * message only: the relay then passes it on untouched.
 */
public final class RpcException extends Exception {
  private final String problem;

  RpcException(String problem) {
    super(problem);
    this.problem = problem;
  }

  /** What was seen, what was expected, and where. */
  public String problem() {
    return problem;
  }
}
