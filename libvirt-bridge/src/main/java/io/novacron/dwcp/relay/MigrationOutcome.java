package io.novacron.dwcp.relay;

/** How a migration ended, as far as the RPC between the two libvirts tells. */
public enum MigrationOutcome {
  /** The destination answered Finish with a running guest. */
  COMPLETED,
  /** The source asked Finish to drop the guest: it runs on at the source. */
  CANCELLED,
  /** The destination refused Prepare: nothing started. */
  REFUSED,
  /** The destination answered Finish with an error although the source had handed over. */
  FAILED,
  /** The connection closed before Finish: libvirt destroys the incoming guest. */
  ABORTED,
  /** The connection closed between Finish and its reply: either host may run the guest. */
  UNKNOWN,
  /** A new Prepare for the same guest came without a Finish; so after a broken post-copy. */
  SUPERSEDED;

  /** Whether the destination answered a Finish call that handed the guest over. */
  public boolean answersHandOver() {
    return switch (this) {
      case COMPLETED, FAILED -> true;
      case CANCELLED, REFUSED, ABORTED, UNKNOWN, SUPERSEDED -> false;
    };
  }
}
