package io.novacron.dwcp.congestion;

/**
 * The place of one sender (a migration, say) among all that send under the same limits.
 *
 * <p>What is fair: a sender holds at most one reservation of one quantum at a time and asks for the
 * next when that was granted. Limits grant in the order of the reservations, so all that always
 * have something to send take turns and get the same bytes, whatever the size of their frames and
 * on whatever threads they are; who wants less gets what it wants. A frame goes whole as soon as
 * there is credit at all; what it takes beyond that, its sender pays back before its next one.
 *
 * <p>One thread at a time; times are handed in.
 */
public final class SendTurn {
  private final SendLimits limits;
  private long creditBytes;
  private boolean isReserved;
  private long quantumBytes;
  private long peerReserved;
  private long hostReserved;

  public SendTurn(SendLimits limits) {
    this.limits = limits;
  }

  /** Whether a frame may go now. */
  public boolean hasCredit() {
    return creditBytes > 0;
  }

  /** Takes one more quantum of credit if its turn has come; else {@link #waitNanos} tells when. */
  public boolean advance(long nowNanos) {
    if (!isReserved) {
      isReserved = true;
      quantumBytes = limits.quantumBytes();
      peerReserved = limits.peer().reserve(quantumBytes, nowNanos);
      hostReserved = limits.host().reserve(quantumBytes, nowNanos);
    }
    if (waitNanos(nowNanos) > 0) {
      return false;
    }
    isReserved = false;
    creditBytes += quantumBytes;
    return true;
  }

  /** How long until {@link #advance} may grant something, at the present rates. */
  public long waitNanos(long nowNanos) {
    return isReserved
        ? Math.max(
            limits.peer().waitNanos(peerReserved, nowNanos),
            limits.host().waitNanos(hostReserved, nowNanos))
        : 0;
  }

  /** A frame of so many bytes was sent. */
  public void spend(long bytes) {
    creditBytes -= bytes;
  }
}
