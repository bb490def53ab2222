package io.novacron.dwcp.relay;

/** Whether a migration's data goes through our session. Made once, at its Prepare call. */
public sealed interface CarryDecision {
  record Carry() implements CarryDecision {}

  /** Plain TCP from QEMU to QEMU, nothing rewritten: the fallback, and not an error. */
  record Plain(String reason) implements CarryDecision {}
}
