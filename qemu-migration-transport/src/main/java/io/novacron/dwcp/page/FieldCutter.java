package io.novacron.dwcp.page;

import java.nio.ByteBuffer;

/**
 * Cuts a stream into fields of known length, and payload that is passed over without being touched,
 * however the stream was cut when it was read. A {@link Grammar} says after each field what
 * follows.
 */
public final class FieldCutter {
  /**
   * The longest field: an NBD or QEMU name of one length byte is 255, a multifd header 308 bytes.
   */
  public static final int MAX_FIELD_BYTES = 512;

  /** Understands fields, one at a time. */
  @FunctionalInterface
  public interface Grammar {
    /**
     * The expected field lies at {@code at} in {@code bytes}, big-endian, to be read by index only.
     * Says through {@link #expect}, {@link #skip} or {@link #stop} what follows; a field of 0 bytes
     * must be answered with progress.
     */
    void field(ByteBuffer bytes, int at);
  }

  private final ByteBuffer staged = ByteBuffer.allocate(MAX_FIELD_BYTES);
  private long streamOffset;
  private long skipBytes;
  private int fieldBytes;
  private boolean stopped;

  /**
   * @param streamOffset of the first byte that will be cut
   * @param fieldBytes the length of the first field
   */
  public FieldCutter(long streamOffset, int fieldBytes) {
    this.streamOffset = streamOffset;
    expect(fieldBytes);
  }

  /**
   * The next field, after what is to be skipped, has this length; 0 asks to be called when the byte
   * at that place has come, without consuming it.
   */
  public void expect(int bytes) {
    if (bytes < 0 || bytes > MAX_FIELD_BYTES) {
      throw new IllegalArgumentException(
          "field of " + bytes + " bytes; a field has at most " + MAX_FIELD_BYTES);
    }
    fieldBytes = bytes;
  }

  /** Passes over that many more bytes before the next field. */
  public void skip(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("cannot skip " + bytes + " bytes");
    }
    skipBytes = bytes > Long.MAX_VALUE - skipBytes ? Long.MAX_VALUE : skipBytes + bytes;
  }

  /** Passes over all that is still to come. */
  public void skipRest() {
    skipBytes = Long.MAX_VALUE;
  }

  /** Makes {@link #cut} return after this field, whatever is left of its bytes. */
  public void stop() {
    stopped = true;
  }

  /** Counts bytes that the caller consumed by itself after a {@link #stop}. */
  public void consumedElsewhere(int bytes) {
    streamOffset += bytes;
  }

  /** The stream offset of the first byte after the field that is being understood. */
  public long streamOffset() {
    return streamOffset;
  }

  /** Consumes {@code bytes}, which must be big-endian, up to its limit or a {@link #stop}. */
  public void cut(ByteBuffer bytes, Grammar grammar) {
    stopped = false;
    while (bytes.hasRemaining() && !stopped) {
      if (skipBytes > 0) {
        skipIn(bytes);
      } else if (staged.position() == 0 && bytes.remaining() >= fieldBytes) {
        int at = bytes.position();
        bytes.position(at + fieldBytes);
        streamOffset += fieldBytes;
        grammar.field(bytes, at);
      } else {
        stage(bytes, grammar);
      }
    }
  }

  private void skipIn(ByteBuffer bytes) {
    int now = (int) Math.min(skipBytes, bytes.remaining());
    bytes.position(bytes.position() + now);
    streamOffset += now;
    if (skipBytes != Long.MAX_VALUE) {
      skipBytes -= now;
    }
  }

  private void stage(ByteBuffer bytes, Grammar grammar) {
    int now = Math.min(fieldBytes - staged.position(), bytes.remaining());
    staged.put(staged.position(), bytes, bytes.position(), now);
    staged.position(staged.position() + now);
    bytes.position(bytes.position() + now);
    streamOffset += now;
    if (staged.position() == fieldBytes) {
      staged.position(0);
      grammar.field(staged, 0);
    }
  }
}
