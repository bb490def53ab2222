package io.novacron.dwcp.testing;

import io.novacron.dwcp.session.StreamSession;
import io.novacron.dwcp.streams.OutboundFrame;
import io.novacron.dwcp.streams.StreamLink;
import io.novacron.dwcp.streams.TcpState;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.FrameDecoder;
import io.novacron.dwcp.wire.FrameEncoder;
import io.novacron.dwcp.wire.PayloadBuffer;
import io.novacron.dwcp.wire.WireException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One stream between two sessions, each end a {@link StreamLink}. What is sent travels as the bytes
 * of real frames, in order. When the link is cut each end may learn of it later, and what it sends
 * until then is lost.
 */
public final class FakeLink {
  private record Flying(ByteBuffer header, @Nullable PayloadBuffer payload, long arrivesNanos) {
    byte[] bytes() {
      int payloadBytes = payload == null ? 0 : payload.bytes().remaining();
      ByteBuffer all = ByteBuffer.allocate(header.remaining() + payloadBytes);
      all.put(header.duplicate());
      if (payload != null) {
        all.put(payload.bytes().duplicate());
      }
      return all.array();
    }

    void release() {
      if (payload != null) {
        payload.release();
      }
    }
  }

  private final Random random;
  private final ManualClock clock;

  /** Each way; no frame arrives before. */
  private final long delayNanos;

  private final End source;
  private final End destination;
  private boolean cut;

  /** Both ends must be brought {@link End#up} after this. */
  FakeLink(
      Random random,
      TwoHosts.Side source,
      TwoHosts.Side destination,
      ManualClock clock,
      long delayNanos) {
    this.random = random;
    this.clock = clock;
    this.delayNanos = delayNanos;
    this.source = new End(source);
    this.destination = new End(destination);
  }

  public End source() {
    return source;
  }

  public End destination() {
    return destination;
  }

  /** The connection is gone; what was in flight is lost. The ends learn of it in their own time. */
  public void cut() {
    cut = true;
    source.loseFlying();
    destination.loseFlying();
  }

  public boolean isCut() {
    return cut;
  }

  private End peerOf(End end) {
    return end == source ? destination : source;
  }

  /** One host's end. */
  public final class End implements StreamLink {
    private final TwoHosts.Side side;
    private final StreamSession session;
    private final FrameDecoder decoder;
    private final ArrayDeque<Flying> flying = new ArrayDeque<>();
    private final List<String> violations = new ArrayList<>();
    private int frames;
    private boolean isUp;
    private boolean closed;
    private boolean blocked;

    End(TwoHosts.Side side) {
      this.side = side;
      this.session = side.session();
      this.decoder = new FrameDecoder(side.buffers());
    }

    /** The handshake of this end is done. */
    public void up() {
      isUp = true;
      session.streamUp(this);
    }

    /** Refuses or takes frames from now on. */
    public void blocked(boolean now) {
      blocked = now;
      if (!now && !closed) {
        session.writable();
      }
    }

    @Override
    public boolean canSend() {
      return !closed && !blocked && flying.size() < 4;
    }

    @Override
    public long unconfirmedBytes() {
      return flying.stream().mapToLong(frame -> frame.bytes().length).sum();
    }

    @Override
    public TcpState tcp() {
      return TcpState.UNKNOWN;
    }

    @Override
    public void send(OutboundFrame frame) {
      frames++;
      PayloadBuffer payload = frame.payload();
      if (payload != null) {
        payload.retain();
      }
      Flying flyingFrame = new Flying(frame.header(), payload, clock.getAsLong() + delayNanos);
      if (closed || cut) {
        flyingFrame.release();
      } else {
        flying.addLast(flyingFrame);
      }
    }

    @Override
    public void close(String reason) {
      if (!closed) {
        closed = true;
        cut();
        decoder.close();
        session.streamDown(this);
      }
    }

    /** This end learns that the link was cut. */
    public void notice() {
      close("connection reset by peer");
    }

    boolean isClosed() {
      return closed;
    }

    public boolean canDeliver() {
      return !flying.isEmpty() && !cut && peerOf(this).isUp && !peerOf(this).closed;
    }

    /** The first frame in flight reaches the other end, in pieces. */
    public void deliver() {
      Flying first = flying.removeFirst();
      clock.advanceTo(first.arrivesNanos());
      byte[] bytes = first.bytes();
      first.release();
      int middle = random.nextInt(bytes.length + 1);
      End peer = peerOf(this);
      peer.take(ByteBuffer.wrap(bytes, 0, middle));
      peer.take(ByteBuffer.wrap(bytes, middle, bytes.length - middle));
      if (!closed && !blocked) {
        session.writable();
      }
    }

    /** Bytes from the peer, whoever wrote them. */
    public void take(ByteBuffer bytes) {
      if (closed) {
        return;
      }
      session.heard(this);
      try {
        decoder.feed(bytes, this::frame);
      } catch (WireException e) {
        violations.add(String.valueOf(e.getMessage()));
        close(String.valueOf(e.getMessage()));
      }
    }

    private void frame(Frame frame) throws WireException {
      if (!closed) {
        if (frame instanceof Frame.Data data) {
          side.arrived(data);
        }
        session.frame(this, frame);
      } else if (frame instanceof Frame.Data data) {
        data.payload().release();
      }
    }

    /** What this end had to reject. */
    public List<String> violations() {
      return violations;
    }

    /** Frames handed to this end so far. */
    public int frames() {
      return frames;
    }

    /** Changes one byte in the payload of each DATA frame in flight, with a checksum that fits. */
    public int corruptData() {
      int corrupted = 0;
      for (int i = flying.size(); i > 0; i--) {
        Flying each = flying.removeFirst();
        PayloadBuffer payload = each.payload();
        if (payload != null) {
          ByteBuffer header = each.header();
          byte[] bytes = new byte[payload.bytes().remaining()];
          payload.bytes().duplicate().get(bytes);
          payload.release();
          bytes[bytes.length - 1 - random.nextInt(Math.min(32, bytes.length))] ^= 0x40;
          ByteBuffer changed = ByteBuffer.wrap(bytes);
          ByteBuffer fitting =
              FrameEncoder.dataHeader(header.getInt(8), header.getLong(16), changed);
          ByteBuffer whole = ByteBuffer.allocate(fitting.remaining() + bytes.length);
          each = new Flying(whole.put(fitting).put(changed).flip(), null, each.arrivesNanos());
          corrupted++;
        }
        flying.addLast(each);
      }
      return corrupted;
    }

    private void loseFlying() {
      flying.forEach(Flying::release);
      flying.clear();
    }
  }
}
