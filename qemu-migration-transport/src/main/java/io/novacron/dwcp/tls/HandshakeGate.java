package io.novacron.dwcp.tls;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many connections may be proving who they are at the same time, and begin to in a second: each
 * costs a descriptor, some ten KiB and half a millisecond of a core, for anybody who reaches the
 * port. What is over the bounds is closed unheard. Any thread.
 */
public final class HandshakeGate {
  /** 256: eight peers that all dial at once, with as many streams as there can be. */
  static final int MOST_OPEN = 256;

  /** 64: two sessions of one host with as many streams as there can be. */
  static final int MOST_OPEN_OF_ONE = 64;

  /** 200 a second are a tenth of a core. */
  static final int PER_SECOND = 200;

  private static final double SECOND_NANOS = 1e9;

  private final Map<Object, Integer> openByAddress = new HashMap<>();
  private int open;
  private double credit = MOST_OPEN;
  private long creditNanos;
  private boolean hasBegun;
  private long refused;

  /**
   * Lets a connection begin.
   *
   * @param address where it comes from
   * @return what is to be run when its handshake is through or it is closed, once or more often;
   *     empty: it may not begin
   */
  public synchronized Optional<Runnable> enter(Object address, long nowNanos) {
    refill(nowNanos);
    int ofAddress = openByAddress.getOrDefault(address, 0);
    if (open >= MOST_OPEN || ofAddress >= MOST_OPEN_OF_ONE || credit < 1) {
      refused++;
      return Optional.empty();
    }
    credit--;
    open++;
    openByAddress.put(address, ofAddress + 1);
    AtomicBoolean isOpen = new AtomicBoolean(true);
    return Optional.of(() -> {
      if (isOpen.compareAndSet(true, false)) {
        leave(address);
      }
    });
  }

  private void refill(long nowNanos) {
    if (hasBegun) {
      double earned = (double) (nowNanos - creditNanos) / SECOND_NANOS * PER_SECOND;
      credit = Math.min(MOST_OPEN, credit + earned);
    }
    hasBegun = true;
    creditNanos = nowNanos;
  }

  private synchronized void leave(Object address) {
    open--;
    openByAddress.computeIfPresent(address, (at, count) -> count == 1 ? null : count - 1);
  }

  /** How many were turned away so far. */
  public synchronized long refused() {
    return refused;
  }
}
