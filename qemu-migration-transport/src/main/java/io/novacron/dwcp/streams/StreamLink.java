package io.novacron.dwcp.streams;

/** One TCP connection of a session, as the streams package sees it. Session thread only. */
public interface StreamLink {
  /** Whether one more frame would go to the kernel soon: hardly anything waits in front of it. */
  boolean canSend();

  /**
   * About how many bytes given to {@link #send} the peer's kernel has not confirmed yet: those in
   * our buffers and those on the way.
   */
  long unconfirmedBytes();

  /** What the kernel says of the connection now. */
  TcpState tcp();

  /** Takes the frame's bytes for sending; the frame keeps its payload for a possible re-send. */
  void send(OutboundFrame frame);

  /** Ends the connection; what was sent on it and not acknowledged counts as lost. */
  void close(String reason);
}
