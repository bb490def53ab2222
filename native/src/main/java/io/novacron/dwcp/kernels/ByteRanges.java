package io.novacron.dwcp.kernels;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The first {@code count} ranges, {@code lengthsBytes} long each, at {@code offsetsBytes} in a
 * buffer.
 *
 * @param offsetsBytes may be longer than {@code count}, as may {@code lengthsBytes}, so that both
 *     can be reused; not copied, they belong to the caller
 * @param lengthsBytes 0 is a length too
 */
@SuppressWarnings(
    "ArrayRecordComponent") // A view for one call on the data path: a copy per batch buys nothing.
public record ByteRanges(int[] offsetsBytes, int[] lengthsBytes, int count) {

  public ByteRanges {
    Objects.checkFromIndexSize(0, count, offsetsBytes.length);
    Objects.checkFromIndexSize(0, count, lengthsBytes.length);
  }

  /** Throws unless every range lies in what remains of {@code base}. */
  void checkWithin(ByteBuffer base) {
    PageSpans.checkDirect(base);
    int remainingBytes = base.remaining();
    for (int i = 0; i < count; i++) {
      Objects.checkFromIndexSize(offsetsBytes[i], lengthsBytes[i], remainingBytes);
    }
  }
}
