package io.novacron.dwcp.wire;

import java.nio.ByteBuffer;

/** Memory that remembers who has it: takes, and buffers not given back. One thread. */
final class CountingBuffers implements BufferSource {
  private int takes;
  private int held;

  int takes() {
    return takes;
  }

  /** Buffers that have an owner. */
  int held() {
    return held;
  }

  @Override
  public PayloadBuffer take(int capacityBytes) {
    takes++;
    held++;
    return new Counted(ByteBuffer.allocateDirect(capacityBytes));
  }

  private final class Counted implements PayloadBuffer {
    private final ByteBuffer bytes;
    private int owners = 1;

    Counted(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    @Override
    public ByteBuffer bytes() {
      requireOwner();
      return bytes;
    }

    @Override
    public void retain() {
      requireOwner();
      owners++;
    }

    @Override
    public void release() {
      requireOwner();
      owners--;
      held -= owners == 0 ? 1 : 0;
    }

    private void requireOwner() {
      if (owners == 0) {
        throw new AssertionError("used or released after the last release");
      }
    }
  }
}
