package io.novacron.dwcp.wire;

/** Where payload memory comes from. Safe for any thread. */
public interface BufferSource {
  /** Direct memory with position 0 and limit {@code capacityBytes}; the caller owns it. */
  PayloadBuffer take(int capacityBytes);
}
