package io.novacron.dwcp.congestion;

import io.novacron.dwcp.congestion.BacklogWindow.SendMark;
import java.util.ArrayDeque;

/**
 * One direction over a link that sends its queue at a rate and delivers after a delay, with a queue
 * without end, as deep router buffers are. The sender keeps the window full unless its source of
 * data is slower. Time is counted, not waited for.
 */
final class SimulatedTransfer {
  static final int FRAME_BYTES = 64 * 1024;

  private record UnderWay(SendMark mark, long acknowledgedNanos) {}

  private final BacklogWindow window;
  private final ArrayDeque<UnderWay> frames = new ArrayDeque<>();
  private long linkBytesPerSecond;
  private long rttNanos;
  private long sourceBytesPerSecond = Long.MAX_VALUE;
  private long holeEveryNanos = Long.MAX_VALUE;
  private long holeNanos;
  private int lostEvery = Integer.MAX_VALUE;
  private int sinceLost;
  private long newestArrivalNanos = Long.MIN_VALUE;
  private long nowNanos;
  private long linkFreeNanos;
  private long sourceReadyNanos;
  private long backlogBytes;
  private long deliveredBytes;

  SimulatedTransfer(BacklogWindow window, long startNanos) {
    this.window = window;
    this.nowNanos = startNanos;
    this.linkFreeNanos = startNanos;
    this.sourceReadyNanos = startNanos;
  }

  void link(long bytesPerSecond, long millisRtt) {
    linkBytesPerSecond = bytesPerSecond;
    rttNanos = millisRtt * 1_000_000;
  }

  void source(long bytesPerSecond) {
    sourceBytesPerSecond = bytesPerSecond;
    sourceReadyNanos = nowNanos;
  }

  /**
   * Every so often a frame is late by so much, and all that came after it is delivered with it, as
   * when one of many streams sends again what was lost.
   */
  void holes(long everyMillis, long lateMillis) {
    holeEveryNanos = everyMillis * 1_000_000;
    holeNanos = lateMillis * 1_000_000;
  }

  /** Each so manieth frame is lost, and arrives a round trip later; those after it wait for it. */
  void losses(int everyFrames) {
    lostEvery = everyFrames;
  }

  private long arrivalNanos() {
    sinceLost = (sinceLost + 1) % lostEvery;
    long nanos = linkFreeNanos + (sinceLost == 0 ? 2 * rttNanos : rttNanos);
    newestArrivalNanos = Math.max(newestArrivalNanos, inOrderNanos(nanos));
    return newestArrivalNanos;
  }

  private long inOrderNanos(long arrivalNanos) {
    long intoPeriod = Math.floorMod(arrivalNanos, holeEveryNanos);
    return intoPeriod < holeNanos ? arrivalNanos - intoPeriod + holeNanos : arrivalNanos;
  }

  long deliveredBytes() {
    return deliveredBytes;
  }

  long backlogBytes() {
    return backlogBytes;
  }

  void runMillis(long millis) {
    run(nowNanos + millis * 1_000_000);
  }

  private void run(long endNanos) {
    while (true) {
      send();
      UnderWay head = frames.peekFirst();
      long next = head == null ? Long.MAX_VALUE : head.acknowledgedNanos();
      next = backlogBytes < window.bytes() ? Math.min(next, sourceReadyNanos) : next;
      if (next > endNanos) {
        nowNanos = endNanos;
        return;
      }
      nowNanos = Math.max(nowNanos, next);
      if (head != null && head.acknowledgedNanos() <= nowNanos) {
        frames.removeFirst();
        backlogBytes -= FRAME_BYTES;
        deliveredBytes += FRAME_BYTES;
        window.acknowledged(FRAME_BYTES, backlogBytes, head.mark(), nowNanos);
      }
    }
  }

  private void send() {
    while (backlogBytes < window.bytes() && sourceReadyNanos <= nowNanos) {
      SendMark mark = window.mark(nowNanos, backlogBytes);
      backlogBytes += FRAME_BYTES;
      linkFreeNanos =
          Math.max(nowNanos, linkFreeNanos) + FRAME_BYTES * 1_000_000_000L / linkBytesPerSecond;
      frames.addLast(new UnderWay(mark, arrivalNanos()));
      sourceReadyNanos =
          Math.max(sourceReadyNanos, nowNanos - 1_000_000)
              + FRAME_BYTES * 1_000_000_000L / sourceBytesPerSecond;
    }
  }
}
