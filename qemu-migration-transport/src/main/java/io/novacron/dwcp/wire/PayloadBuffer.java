package io.novacron.dwcp.wire;

import java.nio.ByteBuffer;

/**
 * A piece of memory with one owner, who calls {@link #release()} exactly once. Ownership passes
 * with the reference; the javadoc of each method that takes one says who owns it afterwards. {@link
 * #retain()} makes one more owner: a frame that is being written may be acknowledged through
 * another stream before the write is over.
 */
public interface PayloadBuffer {
  /** The bytes, position to limit. The same object at every call; invalid after release. */
  ByteBuffer bytes();

  void retain();

  void release();
}
