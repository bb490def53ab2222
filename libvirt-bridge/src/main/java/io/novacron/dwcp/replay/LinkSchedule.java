package io.novacron.dwcp.replay;

import java.util.random.RandomGenerator;

/**
 * When bytes that enter one direction of a link now leave it at its other end: they wait for those
 * before them, are serialised at the rate, and travel for half the round trip. Times are handed in.
 * One thread.
 */
final class LinkSchedule {
  /** TCP's payload in a packet of 1500 bytes: what one loss concerns. */
  private static final int SEGMENT_BYTES = 1448;

  private static final double NANOS = 1e9;

  private final double bytesPerNano;
  private final long delayNanos;
  private final long roundTripNanos;
  private final long queueNanos;
  private final double segmentArrives;
  private final RandomGenerator random;
  private long freeAtNanos;

  LinkSchedule(LinkShape shape, long nowNanos, RandomGenerator random) {
    this.bytesPerNano = shape.bitsPerSecond() / 8.0 / NANOS;
    this.roundTripNanos = shape.roundTripNanos();
    this.delayNanos = roundTripNanos / 2;
    this.queueNanos = LinkShape.QUEUE_NANOS;
    this.segmentArrives = 1 - shape.lossPercent() / 100;
    this.random = random;
    this.freeAtNanos = nowNanos;
  }

  /** Takes bytes in and gives the time at which they arrive. */
  long enter(int bytes, long nowNanos) {
    freeAtNanos = Math.max(freeAtNanos, nowNanos) + (long) (bytes / bytesPerNano);
    boolean lost =
        segmentArrives < 1
            && random.nextDouble() > Math.pow(segmentArrives, (double) bytes / SEGMENT_BYTES);
    return freeAtNanos + delayNanos + (lost ? roundTripNanos : 0);
  }

  /** How long until the queue has room again; 0 if it has. */
  long fullNanos(long nowNanos) {
    return Math.max(0, freeAtNanos - queueNanos - nowNanos);
  }
}
