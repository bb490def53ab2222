package io.novacron.dwcp.session;

/** Why a session is over. Every channel that was open then is reset. */
public sealed interface SessionEnd {
  String reason();

  /** Nobody needs it any more. */
  record Idle(String reason) implements SessionEnd {}

  /** No stream for longer than the budget, or the peer lost the session. */
  record GivenUp(String reason) implements SessionEnd {}

  /** The peer said goodbye, or this daemon stops. */
  record Ended(String reason) implements SessionEnd {}
}
