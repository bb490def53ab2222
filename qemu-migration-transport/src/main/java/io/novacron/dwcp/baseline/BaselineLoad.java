package io.novacron.dwcp.baseline;

import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.plugin.BaselineStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A baseline that is being loaded for one migration. Whoever uses the pages beyond {@link #close}
 * retains them before. Any thread.
 */
public final class BaselineLoad implements AutoCloseable {

  private final CompletableFuture<@Nullable BaselinePages> pages = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final long begunNanos = System.nanoTime();
  private final BaselineStore.Key key;
  private final Runnable ended;

  /**
   * @param ended run once, by {@link #close}
   */
  BaselineLoad(BaselineStore.Key key, Runnable ended) {
    this.key = key;
    this.ended = ended;
  }

  BaselineStore.Key key() {
    return key;
  }

  /** Since it was asked for. */
  long millis() {
    return (System.nanoTime() - begunNanos) / 1_000_000;
  }

  /**
   * The pages once all were looked at, or null if there is no baseline or none that can be used;
   * never fails. What depends on it runs on a thread of the loader.
   */
  public CompletableFuture<@Nullable BaselinePages> pages() {
    return pages.copy();
  }

  boolean isClosed() {
    return closed.get();
  }

  void loaded(@Nullable BaselinePages loaded) {
    pages.complete(loaded);
  }

  /** The migration is over: stops the loading, and frees the pages unless others hold them. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      ended.run();
      var _ =
          pages.thenAccept(loaded -> {
            if (loaded != null) {
              loaded.close();
            }
          });
    }
  }
}
