package io.novacron.dwcp.wire;

import java.nio.ByteBuffer;

/** A SHA-256 value as four big-endian words, so that records that hold one compare by value. */
public record Digest(long a, long b, long c, long d) {
  public static final int BYTES = 32;

  /** Where a digest must stand and there is none. */
  static final Digest NONE = new Digest(0, 0, 0, 0);

  /** Reads 32 bytes from the buffer's position on. */
  public static Digest read(ByteBuffer bytes) {
    return new Digest(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
  }

  public static Digest of(byte[] bytes) {
    return read(ByteBuffer.wrap(bytes));
  }

  void write(ByteBuffer out) {
    out.putLong(a).putLong(b).putLong(c).putLong(d);
  }
}
