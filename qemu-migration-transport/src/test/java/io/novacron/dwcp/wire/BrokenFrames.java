package io.novacron.dwcp.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Frames that break one rule and keep all others: the CRC is right again after the change. */
final class BrokenFrames {
  private BrokenFrames() {}

  static byte[] changed(String example, UnaryOperator<ByteBuffer> change) {
    byte[] frame = ExampleFrames.encoded().get(example).clone();
    return sealed(ExampleFrames.bytes(change.apply(ByteBuffer.wrap(frame)).rewind()));
  }

  /** The frame with so many bytes more behind its last field, or cut off if negative. */
  static byte[] resized(String example, int moreBytes) {
    byte[] frame = ExampleFrames.encoded().get(example);
    byte[] other = Arrays.copyOf(frame, frame.length + moreBytes);
    ByteBuffer.wrap(other).putInt(4, other.length - Limits.HEADER_BYTES);
    return sealed(other);
  }

  /** Puts the right CRC into a frame, in place. */
  static byte[] sealed(byte[] frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame).putInt(12, 0);
    ByteBuffer payload = bytes.duplicate().position(Limits.HEADER_BYTES);
    bytes.putInt(12, FrameEncoder.crc(bytes, payload));
    return frame;
  }
}
