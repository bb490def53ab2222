package io.novacron.dwcp.testing;

import java.util.function.LongSupplier;

/** A nanosecond clock that moves when told. Starts below zero, as {@code System.nanoTime} may. */
public final class ManualClock implements LongSupplier {
  private long nanos = -5_000_000_000L;

  @Override
  public long getAsLong() {
    return nanos;
  }

  public void advanceMillis(long millis) {
    nanos += millis * 1_000_000L;
  }
}
