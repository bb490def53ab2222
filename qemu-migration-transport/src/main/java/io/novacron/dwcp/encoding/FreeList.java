package io.novacron.dwcp.encoding;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Scratch objects that are dear to make, kept for the next batch of any channel. Thread-safe. Holds
 * as many as were ever in use at once, which the callers' worker threads and queues bound; so
 * memory stays flat from one migration to the next instead of waiting for the garbage collector.
 */
final class FreeList<T> {

  private final ConcurrentLinkedQueue<T> free = new ConcurrentLinkedQueue<>();
  private final Supplier<T> maker;

  FreeList(Supplier<T> maker) {
    this.maker = maker;
  }

  T take() {
    T reused = free.poll();
    return reused == null ? maker.get() : reused;
  }

  void give(T unused) {
    free.add(unused);
  }
}
