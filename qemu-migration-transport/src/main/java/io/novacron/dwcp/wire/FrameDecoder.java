package io.novacron.dwcp.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of one stream into frames; resumable at any byte.
 *
 * <p>Lengths are checked against the frame type's limit before memory is taken; the CRC before a
 * field of the payload is read. After an exception from {@link #feed}, the sink's own included, the
 * decoder is spent and the stream must be closed. One thread.
 */
public final class FrameDecoder implements AutoCloseable {
  /** Takes whole, checked frames; owns the payload of DATA, also when it throws. */
  public interface FrameSink {
    void frame(Frame frame) throws WireException;
  }

  private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);

  /** A frame whose header is checked and whose payload may still be on its way. */
  private record Begun(FrameType type, @Nullable PayloadBuffer payload) {
    ByteBuffer content() {
      return payload == null ? NO_PAYLOAD : payload.bytes();
    }

    void release() {
      if (payload != null) {
        payload.release();
      }
    }
  }

  private final BufferSource buffers;
  private final ByteBuffer header = ByteBuffer.allocate(Limits.HEADER_BYTES);
  private @Nullable Begun begun;
  private long streamOffset;
  private boolean spent;

  public FrameDecoder(BufferSource buffers) {
    this.buffers = buffers;
  }

  /** Consumes all of {@code in}. The copy into the payload is needed: payloads outlive the read. */
  public void feed(ByteBuffer in, FrameSink sink) throws WireException {
    if (spent) {
      throw new IllegalStateException("the stream broke before offset " + streamOffset);
    }
    spent = true;
    while (in.hasRemaining()) {
      takeOne(in, sink);
    }
    spent = false;
  }

  /** Goes on with one frame, as far as the bytes reach. */
  private void takeOne(ByteBuffer in, FrameSink sink) throws WireException {
    Begun frame = begun;
    if (frame == null) {
      move(in, header);
      if (header.hasRemaining()) {
        return;
      }
      frame = begin();
      begun = frame;
    }
    move(in, frame.content());
    if (!frame.content().hasRemaining()) {
      begun = null;
      Frame whole = complete(frame);
      header.clear();
      sink.frame(whole);
    }
  }

  private void move(ByteBuffer in, ByteBuffer out) {
    int count = Math.min(in.remaining(), out.remaining());
    out.put(in.slice(in.position(), count));
    in.position(in.position() + count);
    streamOffset += count;
  }

  private Begun begin() throws WireException {
    FrameType type = FrameType.ofCode(header.get(0));
    if (type == null) {
      throw broken("frame type " + (header.get(0) & 0xff) + seen());
    }
    if (header.get(1) != 0 || header.getShort(2) != 0) {
      throw broken(type + " has reserved bits set" + seen());
    }
    int payloadBytes = header.getInt(4);
    if (payloadBytes < 0 || payloadBytes > type.maxPayloadBytes()) {
      String length = Integer.toUnsignedString(payloadBytes);
      throw broken(
          type + " length " + length + " B exceeds " + type.maxPayloadBytes() + " B" + seen());
    }
    return new Begun(type, payloadBytes == 0 ? null : buffers.take(payloadBytes));
  }

  /** The header as hex and text, so that "GET / HTTP" or a TLS hello is recognised in the log. */
  private String seen() {
    StringBuilder hex = new StringBuilder(" (saw ");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      int octet = header.get(i) & 0xff;
      hex.append(String.format("%02x", octet));
      text.append(octet >= 0x20 && octet < 0x7f ? (char) octet : '.');
    }
    return hex.append(" \"").append(text).append("\")").toString();
  }

  private Frame complete(Begun frame) throws WireException {
    try {
      ByteBuffer content = frame.content().flip();
      checkCrc(content);
      int channelId = header.getInt(8);
      long sequence = header.getLong(16);
      FrameReader.checkNumbers(frame.type(), channelId, sequence);
      PayloadBuffer payload = frame.payload();
      if (frame.type() == FrameType.DATA && payload != null) {
        return new Frame.Data(channelId, sequence, payload);
      }
      Frame read = FrameReader.read(frame.type(), channelId, sequence, content);
      frame.release();
      return read;
    } catch (WireException e) {
      frame.release();
      throw broken(String.valueOf(e.getMessage()));
    }
  }

  private void checkCrc(ByteBuffer content) throws WireException {
    int expected = header.getInt(12);
    header.putInt(12, 0);
    int actual = FrameEncoder.crc(header, content.duplicate());
    if (actual != expected) {
      throw new WireException(String.format("CRC32C %08x, expected %08x", actual, expected));
    }
  }

  private WireException broken(String what) {
    return new WireException(what + " at stream offset " + streamOffset + "; closing the stream");
  }

  /** Gives back the payload of a frame that never became whole. */
  @Override
  public void close() {
    Begun frame = begun;
    begun = null;
    spent = true;
    if (frame != null) {
      frame.release();
    }
  }
}
