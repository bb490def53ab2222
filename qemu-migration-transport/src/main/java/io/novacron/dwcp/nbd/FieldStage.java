package io.novacron.dwcp.nbd;

import java.nio.ByteBuffer;

/** Collects one field of known length, wherever the bytes are split. */
final class FieldStage {
  private static final int MAX_FIELD_BYTES = 64;

  private final ByteBuffer staged = ByteBuffer.allocate(MAX_FIELD_BYTES);

  FieldStage(int fieldBytes) {
    expect(fieldBytes);
  }

  /** What comes next has this length. */
  void expect(int fieldBytes) {
    staged.clear().limit(fieldBytes);
  }

  /** Takes bytes; true once the field is whole. */
  boolean take(ByteBuffer in) {
    int now = Math.min(staged.remaining(), in.remaining());
    staged.put(in.slice(in.position(), now));
    in.position(in.position() + now);
    return !staged.hasRemaining();
  }

  /** The bytes so far, position 0 to limit, to be read before the next {@link #expect}. */
  ByteBuffer field() {
    return staged.duplicate().flip();
  }
}
