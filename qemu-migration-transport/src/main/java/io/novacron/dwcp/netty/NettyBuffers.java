package io.novacron.dwcp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.novacron.dwcp.wire.BufferSource;
import io.novacron.dwcp.wire.PayloadBuffer;
import java.nio.ByteBuffer;

/** Payload memory from Netty's pooled direct arenas: no allocation per frame once warm. */
final class NettyBuffers implements BufferSource {
  private final ByteBufAllocator allocator;

  NettyBuffers(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  @Override
  public PayloadBuffer take(int capacityBytes) {
    ByteBuf memory = allocator.directBuffer(capacityBytes, capacityBytes);
    return new Pooled(memory, memory.internalNioBuffer(0, capacityBytes).slice());
  }

  private record Pooled(ByteBuf memory, ByteBuffer bytes) implements PayloadBuffer {
    @Override
    public void retain() {
      memory.retain();
    }

    @Override
    public void release() {
      memory.release();
    }
  }
}
