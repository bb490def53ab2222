package io.novacron.dwcp.testing;

import io.novacron.dwcp.wire.BufferSource;
import io.novacron.dwcp.wire.PayloadBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.TreeMap;

/**
 * Payload memory that counts: how much is held, and that each piece is given back exactly once.
 * Released memory is overwritten, so that a use after the release shows in the bytes.
 */
public final class CountingBuffers implements BufferSource {
  private static final int[] CLASSES = {256, 16 * 1024, 128 * 1024, 512 * 1024};

  private final TreeMap<Integer, ArrayDeque<ByteBuffer>> free = new TreeMap<>();
  private int held;
  private long heldBytes;
  private long peakBytes;
  private boolean exhausted;

  public CountingBuffers() {
    for (int each : CLASSES) {
      free.put(each, new ArrayDeque<>());
    }
  }

  @Override
  public PayloadBuffer take(int capacityBytes) {
    if (exhausted) {
      throw new OutOfMemoryError("the test took all direct memory");
    }
    int memoryBytes = free.ceilingKey(capacityBytes);
    ByteBuffer memory = free.get(memoryBytes).pollFirst();
    held++;
    heldBytes += capacityBytes;
    peakBytes = Math.max(peakBytes, heldBytes);
    return new Counted(
        memory == null ? ByteBuffer.allocateDirect(memoryBytes) : memory, capacityBytes);
  }

  /** Buffers that somebody owns. */
  public int held() {
    return held;
  }

  public long peakBytes() {
    return peakBytes;
  }

  /** From now on nothing can be had, or again. */
  public void exhausted(boolean now) {
    exhausted = now;
  }

  private final class Counted implements PayloadBuffer {
    private final ByteBuffer memory;
    private final ByteBuffer bytes;
    private final int capacityBytes;
    private int owners = 1;

    Counted(ByteBuffer memory, int capacityBytes) {
      this.memory = memory;
      this.capacityBytes = capacityBytes;
      this.bytes = memory.slice(0, capacityBytes);
    }

    @Override
    public ByteBuffer bytes() {
      if (owners == 0) {
        throw new IllegalStateException("bytes of a buffer that was released");
      }
      return bytes;
    }

    @Override
    public void retain() {
      if (owners == 0) {
        throw new IllegalStateException("a released buffer was retained");
      }
      owners++;
    }

    @Override
    public void release() {
      if (owners == 0) {
        throw new IllegalStateException("a buffer was released twice");
      }
      owners--;
      if (owners == 0) {
        held--;
        heldBytes -= capacityBytes;
        for (int i = 0; i + 8 <= Math.min(64, capacityBytes); i += 8) {
          memory.putLong(i, 0xdddddddddddddddL);
        }
        free.get(memory.capacity()).addFirst(memory);
      }
    }
  }
}
