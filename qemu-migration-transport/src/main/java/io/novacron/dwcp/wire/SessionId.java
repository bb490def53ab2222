package io.novacron.dwcp.wire;

/** Names a session for its whole life; drawn at random by the source, 128 bits. */
public record SessionId(long high, long low) {
  @Override
  public String toString() {
    return String.format("%016x%016x", high, low);
  }

  /** The first eight hex digits: enough to find the session in two logs. */
  public String abbreviated() {
    return toString().substring(0, 8);
  }
}
