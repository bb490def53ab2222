package io.novacron.dwcp.replay;

import io.netty.channel.EventLoop;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.LocalEnd;
import io.novacron.dwcp.wire.PayloadBuffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Stands where the destination QEMU would: compares what it gets with the recording, byte for byte.
 * On the session's loop, but for what the getters give.
 */
final class ComparedGuest implements LocalEnd {
  private final RecordedStream stream;
  private final EventLoop loop;
  private @Nullable ChannelEnd channel;
  private volatile long equalBytes;
  private volatile String difference = "";
  private volatile long endedNanos;
  private volatile boolean ended;

  ComparedGuest(RecordedStream stream, EventLoop loop) {
    this.stream = stream;
    this.loop = loop;
  }

  void join(ChannelEnd end) {
    channel = end;
  }

  /** So many bytes from the start on were those of the recording. */
  long equalBytes() {
    return equalBytes;
  }

  /** Where and how the output differs; empty while it does not. */
  String difference() {
    return difference;
  }

  boolean hasEnded() {
    return ended;
  }

  /** {@link System#nanoTime} of the end, once it {@link #hasEnded()}. */
  long endedNanos() {
    return endedNanos;
  }

  /** There is no return path: it ends when the forward direction does. */
  @Override
  public void requestBytes() {
    // nothing to give before the end
  }

  @Override
  public void deliver(PayloadBuffer bytes, Runnable written) {
    compare(bytes.bytes());
    bytes.release();
    ChannelEnd end = channel;
    if (difference.isEmpty()) {
      loop.execute(written);
    } else if (end != null) {
      end.localReset(difference);
    }
  }

  private void compare(ByteBuffer got) {
    long offset = equalBytes;
    int length = got.remaining();
    if (offset + length > stream.byteSize()) {
      difference = "%,d bytes came, %,d were sent".formatted(offset + length, stream.byteSize());
      return;
    }
    int at = stream.slice(offset, length).mismatch(got);
    if (at < 0) {
      equalBytes = offset + length;
    } else {
      difference = "the output differs from byte %,d on".formatted(offset + at);
    }
  }

  @Override
  public void deliverEnd() {
    if (equalBytes < stream.byteSize() && difference.isEmpty()) {
      difference =
          "the output ended after %,d of %,d bytes".formatted(equalBytes, stream.byteSize());
    }
    endedNanos = System.nanoTime();
    ended = true;
    ChannelEnd end = channel;
    if (end != null) {
      loop.execute(end::localEnd);
    }
  }

  @Override
  public void reset(String reason) {
    channel = null;
  }
}
