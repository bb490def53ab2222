package io.novacron.dwcp.congestion;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * A limit on the rate at which bytes are sent, shared by all that send under it, and changeable
 * while they do.
 *
 * <p>Bytes are numbered. The limit lets one more of them go after the other as time passes ({@link
 * #BURST_NANOS} of them at once after a pause), and whoever wants to send reserves the next numbers
 * and sends when they may go. So what was reserved first goes first, whoever is quicker at asking,
 * and each that reserves anew only when its turn has come gets an equal share: see {@link
 * SendTurn}. A change of the rate counts for numbers that are reserved already, since only the time
 * at which they may go follows from it.
 *
 * <p>Any thread, without locks; times are handed in and must come from one clock that does not go
 * back. While it stands still nothing may go; if it jumps ahead, one burst may.
 */
public final class RateLimit {
  /** In place of a rate: no limit. */
  public static final long NONE = 0;

  /** 1 Mbit/s: a frame of 256 KiB takes two seconds at it, and libvirt gives up after 30. */
  public static final long LEAST_BYTES_PER_SECOND = 125_000;

  /** 100 GB/s, 800 Gbit/s: more is a mistake. */
  public static final long MOST_BYTES_PER_SECOND = 100_000_000_000L;

  /**
   * 10 ms, a quarter of a {@link BacklogWindow}: a timer of a busy host that is late by less loses
   * nothing, and QEMU, which looks at 100 ms at a time, is misled by a tenth at most.
   */
  static final long BURST_NANOS = 10_000_000L;

  /** 100 ms: calls of libvirt fit in, the last round of a guest does not. */
  private static final long OVERDRAWN_NANOS = 100_000_000L;

  /**
   * What may not wait is not paid for beyond a second's worth, or others would wait for minutes.
   */
  private static final long MOST_DEBT_NANOS = 1_000_000_000L;

  /** A number that may go at once; far from where a difference of two would overflow. */
  private static final long AT_ONCE = Long.MIN_VALUE / 2;

  /**
   * How far bytes may go.
   *
   * @param bytesPerSecond {@link #NONE} for all
   * @param allowedBytes bytes below this number might go at {@code sinceNanos}
   */
  private record Allowance(long bytesPerSecond, long allowedBytes, long sinceNanos) {
    long at(long nowNanos) {
      return allowedBytes + bytesIn(Math.max(0, nowNanos - sinceNanos));
    }

    long bytesIn(long nanos) {
      return (long) ((double) bytesPerSecond * (double) nanos / 1e9);
    }
  }

  private final AtomicLong reservedBytes = new AtomicLong();
  private final LongAdder sentBytes = new LongAdder();
  private volatile Allowance allowance;

  /**
   * @param bytesPerSecond {@link #NONE}, or {@link #LEAST_BYTES_PER_SECOND} to {@link
   *     #MOST_BYTES_PER_SECOND}
   */
  public RateLimit(long bytesPerSecond, long nowNanos) {
    this.allowance = new Allowance(checked(bytesPerSecond), 0, nowNanos);
  }

  /** No limit, until it is changed. */
  public static RateLimit none() {
    return new RateLimit(NONE, 0);
  }

  private static long checked(long bytesPerSecond) {
    boolean isRate =
        bytesPerSecond >= LEAST_BYTES_PER_SECOND && bytesPerSecond <= MOST_BYTES_PER_SECOND;
    if (bytesPerSecond != NONE && !isRate) {
      throw new IllegalArgumentException(
          bytesPerSecond
              + " bytes per second are not in "
              + LEAST_BYTES_PER_SECOND
              + " to "
              + MOST_BYTES_PER_SECOND);
    }
    return bytesPerSecond;
  }

  /** Another rate from now on, or {@link #NONE}. */
  public synchronized void change(long bytesPerSecond, long nowNanos) {
    allowance = new Allowance(checked(bytesPerSecond), allowance.at(nowNanos), nowNanos);
  }

  /** The rate in force; {@link #NONE} without one. */
  public long bytesPerSecond() {
    return allowance.bytesPerSecond();
  }

  public boolean isLimited() {
    return allowance.bytesPerSecond() != NONE;
  }

  /** Reserves the next so many bytes. They may go once {@link #waitNanos} says 0 for the result. */
  long reserve(long bytes, long nowNanos) {
    Allowance now = allowance;
    return now.bytesPerSecond() == NONE ? AT_ONCE : advance(now, bytes, nowNanos);
  }

  /** Whether so much went or was reserved ahead of its time that what is urgent should wait too. */
  boolean isOverdrawn(long nowNanos) {
    Allowance now = allowance;
    return now.bytesPerSecond() != NONE
        && reservedBytes.get() - now.at(nowNanos) > now.bytesIn(OVERDRAWN_NANOS);
  }

  /** So many bytes go that cannot wait; those of others wait for them instead. */
  void overdraw(long bytes, long nowNanos) {
    Allowance now = allowance;
    if (now.bytesPerSecond() != NONE
        && reservedBytes.get() - now.at(nowNanos) < now.bytesIn(MOST_DEBT_NANOS)) {
      advance(now, bytes, nowNanos);
    }
  }

  /** What was not used up to a burst is lost. */
  private long advance(Allowance now, long bytes, long nowNanos) {
    long leastBytes = now.at(nowNanos) - now.bytesIn(BURST_NANOS);
    while (true) {
      long former = reservedBytes.get();
      long first = Math.max(former, leastBytes);
      if (reservedBytes.compareAndSet(former, first + bytes)) {
        return first;
      }
    }
  }

  /** How long what {@link #reserve} gave has to wait if the rate stays as it is; 0 for no more. */
  long waitNanos(long reserved, long nowNanos) {
    Allowance now = allowance;
    long missingBytes = now.bytesPerSecond() == NONE ? 0 : reserved - now.at(nowNanos);
    return missingBytes <= 0
        ? 0
        : (long) Math.ceil((double) missingBytes * 1e9 / (double) now.bytesPerSecond());
  }

  /** So many bytes were sent under this limit, or under none. */
  void sent(long bytes) {
    sentBytes.add(bytes);
  }

  /** Bytes sent since this limit was made, those sent while there was none as well. */
  public long sentBytes() {
    return sentBytes.sum();
  }
}
