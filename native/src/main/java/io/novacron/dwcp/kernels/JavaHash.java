package io.novacron.dwcp.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The twin of {@code src/hash.c}, where it is described. One thread at a time. */
final class JavaHash {

  static final int STRIPE_BYTES = 64;

  private static final int LANES = 8;
  private static final long STEP = 0x9e3779b97f4a7c15L;
  private static final long FOLD = 0xbe5466cf34e90c6dL;
  private static final long[] KEYS = {
    0x243f6a8885a308d3L, 0x13198a2e03707345L, 0xa4093822299f31d1L, 0x082efa98ec4e6c89L,
    0x452821e638d01377L, 0xbe5466cf34e90c6dL, 0xc0ac29b7c97c50ddL, 0x3f84d5b5b5470917L
  };

  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final long[] lanes = new long[LANES];

  /** {@code lengthBytes} is a multiple of 64. */
  long of(MemorySegment bytes, long offset, int lengthBytes) {
    Arrays.fill(lanes, 0);
    long keyStep = 0;
    for (int stripe = 0; stripe < lengthBytes; stripe += STRIPE_BYTES) {
      for (int lane = 0; lane < LANES; lane++) {
        long word = bytes.get(WORD, offset + stripe + (long) lane * Long.BYTES);
        long keyed = word ^ (KEYS[lane] + keyStep);
        lanes[lane] += word + (keyed & 0xffffffffL) * (keyed >>> 32);
      }
      keyStep += STEP;
    }
    long hash = 0;
    for (long lane : lanes) {
      hash = (hash ^ lane) * FOLD;
      hash ^= hash >>> 32;
    }
    return hash;
  }
}
