package io.novacron.dwcp.replay;

import io.netty.channel.EventLoop;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.LocalEnd;
import io.novacron.dwcp.wire.PayloadBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Stands where the source QEMU would: gives the recording as fast as the channel asks for it,
 * straight from the mapped file. On the session's loop, but for {@link #givenBytes()}.
 */
final class RecordedGuest implements LocalEnd {
  private final RecordedStream stream;
  private final EventLoop loop;
  private @Nullable ChannelEnd channel;
  private volatile long givenBytes;

  RecordedGuest(RecordedStream stream, EventLoop loop) {
    this.stream = stream;
    this.loop = loop;
  }

  /** Before the loop's next task: nothing is asked for until the peer answered. */
  void join(ChannelEnd end) {
    channel = end;
  }

  long givenBytes() {
    return givenBytes;
  }

  @Override
  public boolean isPaced() {
    return false;
  }

  /** As a task of its own, as a socket's read would be: the channel asks again from within. */
  @Override
  public void requestBytes() {
    loop.execute(this::give);
  }

  private void give() {
    ChannelEnd end = channel;
    if (end == null || end.isClosed()) {
      return;
    }
    long offset = givenBytes;
    int length = (int) Math.min(ChannelEnd.MAX_READ_BYTES, stream.byteSize() - offset);
    if (length == 0) {
      end.localEnd();
      return;
    }
    givenBytes = offset + length;
    end.localBytes(stream.slice(offset, length));
    end.localWouldBlock();
  }

  /** The return path of a recording is empty. */
  @Override
  public void deliver(PayloadBuffer bytes, Runnable written) {
    bytes.release();
    loop.execute(written);
  }

  @Override
  public void deliverEnd() {
    // the channel closes by itself once both directions ended
  }

  @Override
  public void reset(String reason) {
    channel = null; // the channel tells why, when it closes
  }
}
