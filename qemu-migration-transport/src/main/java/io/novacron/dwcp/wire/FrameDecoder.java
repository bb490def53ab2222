package io.novacron.dwcp.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of one stream into frames; resumable at any byte.
 *
 * <p>Lengths are checked against the frame type's limit before memory is taken; the CRC before the
 * frame is handed on. After a {@link WireException} the decoder is spent and the stream must be
 * closed. One thread.
 */
public final class FrameDecoder implements AutoCloseable {
  /** Takes whole, checked frames; owns the payload of DATA. */
  public interface FrameSink {
    void frame(Frame frame) throws WireException;
  }

  private final BufferSource buffers;
  private final ByteBuffer header = ByteBuffer.allocate(Limits.HEADER_BYTES);
  private @Nullable PayloadBuffer payload;
  private int payloadBytes;
  private long streamOffset;

  public FrameDecoder(BufferSource buffers) {
    this.buffers = buffers;
  }

  /** Consumes all of {@code in}. The copy into the payload is needed: payloads outlive the read. */
  public void feed(ByteBuffer in, FrameSink sink) throws WireException {
    while (in.hasRemaining()) {
      if (header.hasRemaining()) {
        move(in, header);
        if (!header.hasRemaining()) {
          checkHeader();
        }
      }
      if (!header.hasRemaining()) {
        PayloadBuffer body = payload;
        if (body != null) {
          move(in, body.bytes());
        }
        if (body == null || !body.bytes().hasRemaining()) {
          complete(sink);
        }
      }
    }
  }

  private void move(ByteBuffer in, ByteBuffer out) {
    int count = Math.min(in.remaining(), out.remaining());
    out.put(in.slice(in.position(), count));
    in.position(in.position() + count);
    streamOffset += count;
  }

  private void checkHeader() throws WireException {
    FrameType type = FrameType.ofCode(header.get(0));
    if (type == null) {
      throw broken("frame type " + (header.get(0) & 0xff) + seen());
    }
    if (header.get(1) != 0 || header.getShort(2) != 0) {
      throw broken(type + " has reserved bits set" + seen());
    }
    payloadBytes = header.getInt(4);
    if (payloadBytes < 0 || payloadBytes > type.maxPayloadBytes()) {
      throw broken(
          type
              + " length "
              + Integer.toUnsignedString(payloadBytes)
              + " B exceeds "
              + type.maxPayloadBytes()
              + " B"
              + seen());
    }
    payload = payloadBytes == 0 ? null : buffers.take(payloadBytes);
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

  private void complete(FrameSink sink) throws WireException {
    PayloadBuffer body = payload;
    payload = null;
    int expected = header.getInt(12);
    header.putInt(12, 0);
    ByteBuffer content =
        body == null ? ByteBuffer.allocate(0) : body.bytes().flip().limit(payloadBytes);
    int actual = FrameEncoder.crc(header, content.duplicate());
    if (actual != expected) {
      release(body);
      throw broken(String.format("CRC32C %08x, expected %08x", actual, expected));
    }
    FrameType type = FrameType.ofCode(header.get(0));
    Frame frame = read(type == null ? FrameType.GOODBYE : type, body, content);
    header.clear();
    sink.frame(frame);
  }

  private Frame read(FrameType type, @Nullable PayloadBuffer body, ByteBuffer content)
      throws WireException {
    int channelId = header.getInt(8);
    long sequence = header.getLong(16);
    if (type == FrameType.DATA) {
      if (body == null) {
        throw broken("DATA of channel " + channelId + " is empty");
      }
      return new Frame.Data(channelId, sequence, body);
    }
    try {
      return FrameReader.read(type, channelId, sequence, content);
    } finally {
      release(body);
    }
  }

  private WireException broken(String what) {
    return new WireException(what + " at stream offset " + streamOffset + "; closing the stream");
  }

  private static void release(@Nullable PayloadBuffer buffer) {
    if (buffer != null) {
      buffer.release();
    }
  }

  /** Gives back the payload of a frame that never became whole. */
  @Override
  public void close() {
    release(payload);
    payload = null;
  }
}
