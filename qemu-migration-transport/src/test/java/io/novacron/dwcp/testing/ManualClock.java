package io.novacron.dwcp.testing;

import java.util.function.LongSupplier;

/** A nanosecond clock that moves when told. Starts below zero, as {@code System.nanoTime} may. */
public final class ManualClock implements LongSupplier {
  private long nanos = -5_000_000_000L;

  @Override
  public long getAsLong() {
    return nanos;
  }

  /** Never back. */
  public void advanceTo(long thenNanos) {
    nanos = Math.max(nanos, thenNanos);
  }

  public void advanceMillis(long millis) {
    nanos += millis * 1_000_000L;
  }
}
