package io.novacron.dwcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Streams that were frames before something was changed in them. */
class HostileStreamTest {
  private static final long SEED = 20_261_122;
  private static final int STREAMS = 20_000;

  /** Values at which comparisons tend to be wrong. */
  private static final long[] EDGES = {
    0,
    1,
    2,
    7,
    8,
    39,
    40,
    41,
    255,
    256,
    512,
    513,
    1024,
    1025,
    65_535,
    327_680,
    327_681,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    -1,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final Random random = new Random(SEED);
  private final List<byte[]> examples = List.copyOf(ExampleFrames.encoded().values());
  private int delivered;
  private int refused;

  @Test
  void endsOnlyInWireExceptionsAndLeaksNothing() {
    for (int i = 0; i < STREAMS; i++) {
      CountingBuffers buffers = new CountingBuffers();
      byte[] stream = stream();
      try {
        read(stream, buffers);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + SEED + ", stream " + i, e);
      }
      assertEquals(0, buffers.held(), "seed " + SEED + ", stream " + i);
    }
    assertTrue(delivered > STREAMS && refused > STREAMS / 2, delivered + " and " + refused);
  }

  private byte[] stream() {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int frames = random.nextInt(1, 5); frames > 0; frames--) {
      byte[] frame = examples.get(random.nextInt(examples.size())).clone();
      stream.writeBytes(random.nextInt(2) == 0 ? frame : mutated(frame));
    }
    return stream.toByteArray();
  }

  /** Mostly with the right CRC, since nothing behind its check would be reached otherwise. */
  private byte[] mutated(byte[] frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    int at = random.nextInt(frame.length);
    long edge = EDGES[random.nextInt(EDGES.length)];
    switch (random.nextInt(6)) {
      case 0 -> bytes.put(at, (byte) random.nextInt());
      case 1 -> bytes.put(at, (byte) (bytes.get(at) ^ 1 << random.nextInt(8)));
      case 2 -> bytes.putShort(Math.min(at, frame.length - 2), (short) edge);
      case 3 -> bytes.putInt(Math.min(at, frame.length - 4), (int) edge);
      case 4 -> bytes.putLong(Math.min(at, frame.length - 8), edge);
      default -> {
        return resized(frame);
      }
    }
    return random.nextInt(4) == 0 ? frame : BrokenFrames.sealed(frame);
  }

  private byte[] resized(byte[] frame) {
    byte[] other = Arrays.copyOf(frame, random.nextInt(Limits.HEADER_BYTES, frame.length + 32));
    if (random.nextInt(4) != 0) {
      ByteBuffer.wrap(other).putInt(4, other.length - Limits.HEADER_BYTES);
    }
    return BrokenFrames.sealed(other);
  }

  private void read(byte[] stream, BufferSource buffers) {
    Received received = new Received();
    try (FrameDecoder decoder = new FrameDecoder(buffers)) {
      int at = 0;
      while (at < stream.length) {
        int to = Math.min(stream.length, at + random.nextInt(1, 100));
        decoder.feed(ByteBuffer.wrap(stream, at, to - at), received);
        at = to;
      }
    } catch (WireException e) {
      refused++;
    }
    delivered += received.notations().size();
  }
}
