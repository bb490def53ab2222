package io.novacron.dwcp.streams;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Round trip and loss of the path below a session, from what the kernel says of its streams.
 *
 * <p>Loss is of two kinds. A queue that overflows drops packets while round trips are long; who
 * sends less loses less. A bad link drops them whatever is sent, so while round trips are short:
 * then what is lost must be sent around, not slowed down for. Only the second kind makes a path
 * {@link #isLossy}; looks at a path with a queue on it say nothing of it, and the judgement stays
 * for {@link #MEMORY_NANOS}.
 *
 * <p>Session thread only; times are handed in.
 */
public final class PathHealth {
  /**
   * 0.05 %: at 1 Gbit/s some forty packets a second, so that each round trip of 40 ms has holes.
   */
  private static final double LOSSY = 0.0005;

  /** A packet now and then is no property of the path. */
  private static final int LEAST_SEGMENTS = 4;

  /** Ethernet's, less the headers of IPv4 and TCP with timestamps. */
  private static final long SEGMENT_BYTES = 1448;

  /** Eight looks of 250 ms: at 10 Mbit/s, 1,700 packets. */
  private static final int LOOKS = 8;

  /** 10 s: the path may be full for so long, and was the same all the time. */
  private static final long MEMORY_NANOS = 10_000_000_000L;

  /** A quarter of the round trip and 20 ms: half of what a backlog window lets queue. */
  private static final long QUEUE_NANOS = 20_000_000L;

  private final Map<StreamLink, Long> seenBytes = new HashMap<>();
  private final long[] sent = new long[LOOKS];
  private final long[] lost = new long[LOOKS];
  private int look;
  private long rttNanos;
  private long seenSentBytes;
  private long retransmittedBytes;
  private boolean isLossy;
  private long judgedNanos;

  /**
   * @param sentBytes over all streams of the session since it began
   * @param minRttNanos of the path when nothing waits on it; {@link Long#MAX_VALUE} while unknown
   */
  void look(List<StreamLink> links, long sentBytes, long minRttNanos, long nowNanos) {
    long lostBytes = 0;
    long rttSum = 0;
    int rtts = 0;
    for (StreamLink link : links) {
      TcpState tcp = link.tcp();
      Long before = seenBytes.put(link, tcp.retransmittedBytes());
      lostBytes += Math.max(0, tcp.retransmittedBytes() - (before == null ? 0 : before));
      rttSum += tcp.rttNanos();
      rtts += tcp.rttNanos() > 0 ? 1 : 0;
    }
    seenBytes.keySet().retainAll(links);
    rttNanos = rtts == 0 ? 0 : rttSum / rtts;
    retransmittedBytes += lostBytes;
    long newBytes = sentBytes - seenSentBytes;
    seenSentBytes = sentBytes;
    boolean hasQueue =
        minRttNanos != Long.MAX_VALUE && rttNanos > minRttNanos * 5 / 4 + QUEUE_NANOS;
    if (newBytes > 0 && !hasQueue) {
      look = (look + 1) % LOOKS;
      sent[look] = newBytes;
      lost[look] = lostBytes;
      judge(nowNanos);
    } else if (nowNanos - judgedNanos > MEMORY_NANOS) {
      isLossy = false;
    }
  }

  private void judge(long nowNanos) {
    long sentBytes = 0;
    long lostBytes = 0;
    for (int i = 0; i < LOOKS; i++) {
      sentBytes += sent[i];
      lostBytes += lost[i];
    }
    judgedNanos = nowNanos;
    isLossy =
        lostBytes >= LEAST_SEGMENTS * SEGMENT_BYTES
            && (double) lostBytes >= LOSSY * (double) sentBytes;
  }

  /** Whether the path loses packets though nothing queues on it. */
  public boolean isLossy() {
    return isLossy;
  }

  /** The kernel's smoothed round trip, the mean of all streams; 0 while unknown. */
  public long rttNanos() {
    return rttNanos;
  }

  /** What TCP sent again since the session began. */
  public long retransmittedBytes() {
    return retransmittedBytes;
  }
}
