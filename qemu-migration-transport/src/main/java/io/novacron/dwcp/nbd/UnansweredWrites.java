package io.novacron.dwcp.nbd;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The requests that the destination has not answered, each under a cookie of ours, and which of
 * them QEMU believes to be done.
 */
final class UnansweredWrites {
  /** A request that was sent on whole, or whose payload is being sent. */
  private static final class Sent {
    final NbdRequest request;
    long sentNanos;
    long acknowledgedNanos;
    boolean isWhole;
    boolean isAcknowledged;

    Sent(NbdRequest request) {
      this.request = request;
    }
  }

  private final WriteWindow window;
  private final Map<Long, Sent> sent = new LinkedHashMap<>();

  /** Sent whole, may be acknowledged, waits for room in the window; in order. */
  private final Map<Long, Sent> candidates = new LinkedHashMap<>();

  /** In the order of their acknowledgement. */
  private final Map<Long, Sent> acknowledged = new LinkedHashMap<>();

  private long acknowledgedBytes;
  private long lastCookie;
  private long leastAnswerNanos = Long.MAX_VALUE;
  private boolean isReady;

  UnansweredWrites(WriteWindow window) {
    this.window = window;
  }

  /** Gives the request its cookie on the way to the destination. */
  long begin(NbdRequest request) {
    isReady |= request.isFlush();
    sent.put(++lastCookie, new Sent(request));
    return lastCookie;
  }

  /** All of the newest request was sent on. */
  void sentWhole(long nowNanos) {
    Sent newest = sent.get(lastCookie);
    if (newest != null) {
      newest.sentNanos = nowNanos;
      newest.isWhole = true;
      if (newest.request.mayBeAcknowledgedEarly()) {
        candidates.put(lastCookie, newest);
      }
    }
  }

  /** The next write to tell QEMU to be done, from now on counted as such; null while none may. */
  @Nullable NbdRequest acknowledgeNext(long nowNanos) {
    var first = candidates.entrySet().iterator();
    if (!first.hasNext()) {
      return null;
    }
    Map.Entry<Long, Sent> next = first.next();
    Sent write = next.getValue();
    if (!hasRoom(write.request, nowNanos)) {
      return null;
    }
    write.isAcknowledged = true;
    write.acknowledgedNanos = nowNanos;
    acknowledged.put(next.getKey(), write);
    acknowledgedBytes += write.request.payloadBytes();
    first.remove();
    return write.request;
  }

  private boolean hasRoom(NbdRequest write, long nowNanos) {
    if (acknowledged.isEmpty()) {
      return true;
    }
    long leastNanos = leastAnswerNanos == Long.MAX_VALUE ? 0 : leastAnswerNanos;
    long limitNanos = leastNanos + (isReady ? window.readyNanos() : window.copyingNanos());
    return acknowledged.size() < window.maxWrites()
        && acknowledgedBytes + write.payloadBytes() <= window.maxBytes()
        && nowNanos - acknowledged.values().iterator().next().acknowledgedNanos <= limitNanos;
  }

  /** The request that the destination speaks of. */
  NbdRequest request(long cookie) throws NbdException {
    return known(cookie).request;
  }

  /** Whether QEMU was told already that it is done. */
  boolean isAcknowledged(long cookie) throws NbdException {
    return known(cookie).isAcknowledged;
  }

  private Sent known(long cookie) throws NbdException {
    Sent found = sent.get(cookie);
    if (found == null) {
      throw new NbdException(
          "the destination answered cookie %d, which is not open".formatted(cookie));
    }
    return found;
  }

  /** The destination said its last word of it. */
  void answered(long cookie, long nowNanos) throws NbdException {
    Sent done = known(cookie);
    sent.remove(cookie);
    candidates.remove(cookie);
    if (acknowledged.remove(cookie) != null) {
      acknowledgedBytes -= done.request.payloadBytes();
    }
    if (done.isWhole) {
      leastAnswerNanos = Math.min(leastAnswerNanos, nowNanos - done.sentNanos);
    }
  }

  /** Whether what QEMU was told is not true yet. */
  boolean isAhead() {
    return !acknowledged.isEmpty();
  }

  int aheadWrites() {
    return acknowledged.size();
  }

  /**
   * Whether a request must wait: the server may take requests in any order, so nothing may reach it
   * that QEMU sent because it believes a write done, while that write is under way. Writes that
   * QEMU does not believe done count as well: they may be acknowledged while the request is on its
   * way.
   */
  boolean mustWait(NbdRequest request) {
    for (Sent each : sent.values()) {
      NbdRequest open = each.request;
      if (open.mayBeAcknowledgedEarly() && (request.isBarrier() || open.overlaps(request))) {
        return true;
      }
    }
    return false;
  }
}
