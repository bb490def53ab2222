package io.novacron.dwcp.page;

/** Told by a {@link StreamParser} where pages lie. */
@FunctionalInterface
public interface PageSink {
  /**
   * The {@link PageSize#BYTES} bytes of the stream from {@code streamOffset} on are the content of
   * one guest page or disk block. Called on the thread of {@link StreamParser#parse}, in stream
   * order, when the page's first byte is the next to be consumed: possibly before any of it has
   * been seen, and the stream may end before all of it came. Must not throw.
   *
   * @param pageAddress the page within the guest: for memory the key of its RAM block (15 bits made
   *     from the block's name, so that every channel and every migration of a guest has the same
   *     one) {@code << 48 |} its byte offset in the block; for a disk its byte offset. Never
   *     negative. Two blocks may share a key: a wrong address costs ratio only
   */
  void page(long streamOffset, long pageAddress);
}
