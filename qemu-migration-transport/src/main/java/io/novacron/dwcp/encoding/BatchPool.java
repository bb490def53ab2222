package io.novacron.dwcp.encoding;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * At most {@code maxBatches} batches of 256 KiB, made when first needed and kept. Exhaustion is
 * backpressure: the caller stops reading until one comes back. Thread-safe; the lock is taken twice
 * a batch, some thousand times a second at most.
 */
public final class BatchPool {

  private final ArrayDeque<Batch> free = new ArrayDeque<>();
  private final int maxBatches;
  private int made;

  public BatchPool(int maxBatches) {
    if (maxBatches < 1) {
      throw new IllegalArgumentException("pool of " + maxBatches + " batches, expected at least 1");
    }
    this.maxBatches = maxBatches;
  }

  /** An empty batch that the caller owns now, or null when all are in use. */
  public synchronized @Nullable Batch tryTake() {
    Batch reused = free.pollFirst();
    if (reused != null) {
      return reused;
    }
    if (made == maxBatches) {
      return null;
    }
    made++;
    return new Batch();
  }

  /**
   * Takes the batch back; the caller must not touch it again.
   *
   * @throws IllegalStateException if it is here already
   */
  public synchronized void give(Batch batch) {
    if (free.contains(batch)) {
      throw new IllegalStateException("a batch was given back twice");
    }
    batch.clear();
    // The one used last is the one that is still in the cache.
    free.addFirst(batch);
  }
}
