package io.novacron.dwcp.session;

import io.novacron.dwcp.streams.StreamLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Notices streams that went silent and how long a session has been without any. TCP alone notices a
 * cut link after many minutes of retransmission, or never when nothing is sent. Session thread
 * only.
 */
final class LinkWatch {
  /** 1 s: frequent enough to notice in time, and nothing beside a migration's traffic. */
  private static final long PING_NANOS = 1_000_000_000L;

  private static final long SECOND_NANOS = 1_000_000_000L;

  /** 5 s without a byte, with five pings unanswered: no working path has such a pause. */
  private static final long SILENCE_NANOS = 5_000_000_000L;

  private static final class Pulse {
    long heardNanos;
    long pingedNanos;
  }

  private final LongSupplier nanoClock;
  private final Map<StreamLink, Pulse> pulses = new HashMap<>();
  private long downSinceNanos;
  private long heardNanos;
  private boolean isHurried;
  private long rttNanos;
  private long minRttNanos = Long.MAX_VALUE;
  private long secondStartNanos;

  LinkWatch(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.downSinceNanos = nanoClock.getAsLong();
    this.heardNanos = downSinceNanos;
    this.secondStartNanos = downSinceNanos;
  }

  void added(StreamLink link) {
    Pulse pulse = new Pulse();
    pulse.heardNanos = nanoClock.getAsLong();
    pulse.pingedNanos = pulse.heardNanos - PING_NANOS;
    heardNanos = pulse.heardNanos;
    pulses.put(link, pulse);
  }

  void removed(StreamLink link) {
    if (pulses.remove(link) != null && pulses.isEmpty()) {
      downSinceNanos = nanoClock.getAsLong();
    }
  }

  void heard(StreamLink link) {
    Pulse pulse = pulses.get(link);
    if (pulse != null) {
      pulse.heardNanos = nanoClock.getAsLong();
      heardNanos = pulse.heardNanos;
    }
  }

  /** Whether pings go with every look instead of once a second: a guest stands still. */
  void hurry(boolean now) {
    isHurried = now;
  }

  /** Links that are due a ping now; they count as pinged. */
  List<StreamLink> dueForPing() {
    long now = nanoClock.getAsLong();
    List<StreamLink> due = new ArrayList<>();
    pulses.forEach((link, pulse) -> {
      if (isHurried || now - pulse.pingedNanos >= PING_NANOS) {
        pulse.pingedNanos = now;
        due.add(link);
      }
    });
    return due;
  }

  List<StreamLink> silent() {
    long now = nanoClock.getAsLong();
    List<StreamLink> silent = new ArrayList<>();
    pulses.forEach((link, pulse) -> {
      if (now - pulse.heardNanos > SILENCE_NANOS) {
        silent.add(link);
      }
    });
    return silent;
  }

  long nowNanos() {
    return nanoClock.getAsLong();
  }

  /** True once a second. */
  boolean isSecondOver() {
    long now = nanoClock.getAsLong();
    if (now - secondStartNanos < SECOND_NANOS) {
      return false;
    }
    secondStartNanos = now;
    return true;
  }

  /** Time of one ping and its answer, from the token that carries when it was sent. */
  void pong(long token) {
    rttNanos = Math.max(0, nanoClock.getAsLong() - token);
    minRttNanos = Math.min(minRttNanos, rttNanos);
  }

  long rttNanos() {
    return rttNanos;
  }

  /**
   * The least that any ping of the session took: the path's own time, whatever waits on it now.
   * {@link Long#MAX_VALUE} before the first answer.
   */
  long minRttNanos() {
    return minRttNanos;
  }

  /** How long no stream has brought a byte, whether or not one still counts as living. */
  long unheardNanos() {
    return nanoClock.getAsLong() - heardNanos;
  }

  /** How long the session has been without any stream; 0 while it has one. */
  long downNanos() {
    return pulses.isEmpty() ? nanoClock.getAsLong() - downSinceNanos : 0;
  }
}
