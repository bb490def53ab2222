package io.novacron.dwcp.nbd;

import java.nio.ByteBuffer;

/**
 * Stands in an NBD connection between QEMU and the destination's NBD server, and tells QEMU that a
 * write is done before the server says so, within a {@link WriteWindow}.
 *
 * <p>What QEMU may rely on nevertheless:
 *
 * <ul>
 *   <li>FLUSH, FUA, DISC and every command that is not known go on only when the server has
 *       answered all that was acknowledged early, and their own answer is the server's.
 *   <li>The server may take requests in any order. So a request for a place with an early
 *       acknowledged write waits until that is answered, whether it reads or writes.
 *   <li>An early acknowledged write that the server fails ends the connection: {@link
 *       NbdException}.
 * </ul>
 *
 * <p>What is not understood while client and server negotiate (TLS, old forms) makes it pass
 * everything on as it is, for good. Pure: bytes and times in, bytes out; one thread at a time.
 * After an exception it must not be used again.
 */
public final class WriteBehind {
  /** Where bytes go. Both methods take all of the bytes before they return, and keep nothing. */
  public interface Sink {
    void toDestination(ByteBuffer bytes);

    void toQemu(ByteBuffer bytes);
  }

  private final Handshake handshake = new Handshake();
  private final UnansweredWrites writes;
  private final RequestSide requests;
  private final ReplySide replies;
  private final Sink sink;

  public WriteBehind(WriteWindow window, Sink sink) {
    this.sink = sink;
    this.writes = new UnansweredWrites(window);
    this.requests = new RequestSide(handshake, writes, sink);
    this.replies = new ReplySide(handshake, writes, sink);
  }

  /** Takes all of {@code in}: what QEMU sent. */
  public void fromQemu(ByteBuffer in, long nowNanos) throws NbdException {
    requests.take(in, nowNanos);
    settle(nowNanos);
  }

  /** Takes all of {@code in}: what the server sent. */
  public void fromDestination(ByteBuffer in, long nowNanos) throws NbdException {
    replies.take(in, nowNanos);
    requests.resume(nowNanos);
    settle(nowNanos);
  }

  private void settle(long nowNanos) {
    if (handshake.isPlain()) {
      requests.flushStaged();
      replies.flushStaged();
      return;
    }
    if (replies.isInsideOfOne()) {
      return;
    }
    NbdRequest done = writes.acknowledgeNext(nowNanos);
    while (done != null) {
      sink.toQemu(done.doneReply());
      done = writes.acknowledgeNext(nowNanos);
    }
  }

  /** Whether a request waits for answers: nothing more should be read of QEMU then. */
  public boolean isHolding() {
    return requests.isHolding();
  }

  /** Whether QEMU believes a write to be done that the server has not answered. */
  public boolean isAhead() {
    return writes.isAhead();
  }

  /** How many such writes there are. */
  public int aheadWrites() {
    return writes.aheadWrites();
  }
}
