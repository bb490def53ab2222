package io.novacron.dwcp.netty;

import io.novacron.dwcp.congestion.StreamBounds;
import io.novacron.dwcp.congestion.StreamCount;
import io.novacron.dwcp.session.SourceSession;
import io.novacron.dwcp.streams.DialPlan;
import io.novacron.dwcp.streams.PathHealth;

/**
 * How many streams the sessions with one peer have: those that pay, see {@link StreamCount}. What
 * was found in one session is what the next one begins with. Streams that are not needed stand by
 * for a while, in case that one breaks or the next trial wants them. On the link's event loop.
 */
final class StreamSupply {
  /** 10 s: a trial is over long before, and the next is not due yet. */
  private static final long STANDBY_NANOS = 10_000_000_000L;

  private final StreamCount count;
  private DialPlan plan = new DialPlan();
  private int dialing;
  private long neededNanos;
  private long secondNanos;
  private long secondBytes;
  private long deliveredBytesPerSecond;

  StreamSupply(StreamBounds bounds, long nowNanos) {
    this.count = new StreamCount(bounds, nowNanos);
    this.neededNanos = nowNanos;
    this.secondNanos = nowNanos;
  }

  /** Another session begins, for which nothing was dialled yet. */
  void begin() {
    dialing = 0;
    plan = new DialPlan();
    count.restart();
    secondBytes = 0;
  }

  int target() {
    return count.target();
  }

  void dialled() {
    dialing++;
  }

  void joined() {
    dialing--;
  }

  void failed(long nowNanos) {
    dialing--;
    plan.failed(nowNanos);
  }

  /** How many streams to dial now. */
  int due(SourceSession session, long nowNanos) {
    return plan.due(count.target(), session.liveStreams(), dialing, nowNanos);
  }

  PathReport path(SourceSession session) {
    PathHealth health = session.pathHealth();
    return new PathReport(
        count.target(),
        health.rttNanos(),
        health.retransmittedBytes(),
        health.isLossy(),
        deliveredBytesPerSecond,
        session.resentFrames());
  }

  private void measure(SourceSession session, long nowNanos) {
    long bytes = session.load().acknowledgedBytes();
    if (nowNanos - secondNanos >= 1_000_000_000L) {
      long newBytes = Math.max(0, bytes - secondBytes);
      deliveredBytesPerSecond =
          (long) ((double) newBytes * 1e9 / (double) (nowNanos - secondNanos));
      secondNanos = nowNanos;
      secondBytes = bytes;
    }
  }

  /** Several times a second: measures, and tells the session how many streams to use. */
  void look(SourceSession session, long nowNanos) {
    measure(session, nowNanos);
    int before = count.target();
    int target = count.look(session.load(), session.liveStreams(), nowNanos);
    if (target != before) {
      session.useStreams(target);
    }
    if (session.liveStreams() <= target || count.isTrial()) {
      neededNanos = nowNanos;
    } else if (nowNanos - neededNanos > STANDBY_NANOS) {
      session.dropStreams(target);
    }
  }
}
