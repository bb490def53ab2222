package io.novacron.dwcp.congestion;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Senders that want to send all the time under shared limits, each woken by a timer of its own that
 * is late by up to a given time, as event loops of a busy host are. Time is counted, not waited
 * for.
 */
final class SimulatedSenders {
  /** What one of them sends, and what it sent. */
  static final class Sender {
    private final SendTurn turn;
    private final SendLimits limits;
    private final int frameBytes;
    private long wakesNanos;
    private long sentBytes;
    private long largestBurstBytes;

    private Sender(SendLimits limits, int frameBytes, long startNanos) {
      this.turn = new SendTurn(limits);
      this.limits = limits;
      this.frameBytes = frameBytes;
      this.wakesNanos = startNanos;
    }

    long sentBytes() {
      return sentBytes;
    }

    /** The most that it sent without time passing. */
    long largestBurstBytes() {
      return largestBurstBytes;
    }

    private void wake(long nowNanos, long lateNanos) {
      long burstBytes = 0;
      while (turn.hasCredit() || turn.advance(nowNanos)) {
        if (turn.hasCredit()) {
          turn.spend(frameBytes);
          limits.sent(frameBytes);
          burstBytes += frameBytes;
        }
      }
      sentBytes += burstBytes;
      largestBurstBytes = Math.max(largestBurstBytes, burstBytes);
      wakesNanos = nowNanos + Math.max(1_000_000, turn.waitNanos(nowNanos)) + lateNanos;
    }
  }

  private final Random random;
  private final long latestNanos;
  private final List<Sender> senders = new ArrayList<>();
  private long nowNanos;

  SimulatedSenders(long seed, long startNanos, long latestMicros) {
    this.random = new Random(seed);
    this.nowNanos = startNanos;
    this.latestNanos = latestMicros * 1000;
  }

  Sender add(SendLimits limits, int frameBytes) {
    Sender sender = new Sender(limits, frameBytes, nowNanos);
    senders.add(sender);
    return sender;
  }

  /** From now on it sends nothing. */
  void remove(Sender sender) {
    senders.remove(sender);
  }

  long nowNanos() {
    return nowNanos;
  }

  /** Nobody is awake meanwhile. */
  void sleepMillis(long millis) {
    nowNanos += millis * 1_000_000;
  }

  void runMillis(long millis) {
    long endNanos = nowNanos + millis * 1_000_000;
    while (true) {
      Sender next = senders.getFirst();
      for (Sender each : senders) {
        next = each.wakesNanos < next.wakesNanos ? each : next;
      }
      if (next.wakesNanos > endNanos) {
        nowNanos = endNanos;
        return;
      }
      nowNanos = Math.max(nowNanos, next.wakesNanos);
      next.wake(nowNanos, (long) (random.nextDouble() * (double) latestNanos));
    }
  }
}
