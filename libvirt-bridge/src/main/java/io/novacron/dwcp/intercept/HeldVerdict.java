package io.novacron.dwcp.intercept;

import io.novacron.dwcp.libvirt.GuestState;
import org.jspecify.annotations.Nullable;

/**
 * Where a guest is to run whose Finish call nobody answered: at the destination if it is there,
 * else here. Believed after two answers that agree, some seconds apart, since libvirt may still be
 * at it. That the destination does not know the guest proves something for a while only: later it
 * may have run there and ended. One thread at a time.
 */
final class HeldVerdict {
  /** What to do next. */
  sealed interface Step {
    record AskAgain(long afterMillis) implements Step {}

    /** The guest is at the destination: what is left of it here goes, as after any migration. */
    record RunsThere() implements Step {}

    /** The guest never got there: the connection may break, so that libvirt lets it run on here. */
    record RunsHere() implements Step {}

    /** Nobody but an operator can tell. */
    record Unknown() implements Step {}
  }

  /** 5 s: longer than libvirt takes to start a guest that has arrived, or to drop it. */
  private static final long CERTAIN_MILLIS = 5_000;

  /** 5 min: a guest that arrived has hardly booted once since. */
  private static final long ABSENCE_PROVES_NANOS = 300_000_000_000L;

  private @Nullable GuestState former;

  /**
   * @param state what the destination's libvirt says; null if it could not be asked
   * @param unheardNanos how long the peer has not been heard of before this
   */
  Step told(@Nullable GuestState state, long unheardNanos) {
    boolean isCertain = state != null && state == former;
    former = state;
    if (!isCertain || state == GuestState.MIGRATING) {
      return new Step.AskAgain(CERTAIN_MILLIS);
    }
    if (state == GuestState.THERE) {
      return new Step.RunsThere();
    }
    return unheardNanos <= ABSENCE_PROVES_NANOS ? new Step.RunsHere() : new Step.Unknown();
  }
}
