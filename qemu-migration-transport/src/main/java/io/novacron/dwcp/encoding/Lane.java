package io.novacron.dwcp.encoding;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one end keeps of a lane, made when it is first needed. One thread at a time is in it; any
 * thread closes it, and waits for no one: who is in it then frees it on leaving.
 *
 * @param <T> its encoder or decoder
 */
final class Lane<T extends AutoCloseable> implements AutoCloseable {
  private final Supplier<T> maker;
  private @Nullable T state;
  private boolean isInUse;
  private boolean isClosed;

  Lane(Supplier<T> maker) {
    this.maker = maker;
  }

  /**
   * Gives the state to the caller, until {@link #leave}.
   *
   * @throws IllegalStateException after {@link #close}, and while someone is in it
   */
  synchronized T enter() {
    if (isClosed || isInUse) {
      throw new IllegalStateException(isClosed ? "the lane is closed" : "two batches in one lane");
    }
    T entered = state == null ? maker.get() : state;
    state = entered;
    isInUse = true;
    return entered;
  }

  synchronized void leave() {
    isInUse = false;
    free();
  }

  /** A second call does nothing. */
  @Override
  public synchronized void close() {
    isClosed = true;
    free();
  }

  private void free() {
    T unused = state;
    if (!isClosed || isInUse || unused == null) {
      return;
    }
    state = null;
    try {
      unused.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a lane cannot be freed", e);
    }
  }
}
