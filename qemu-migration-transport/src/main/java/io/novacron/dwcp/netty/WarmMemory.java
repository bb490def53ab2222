package io.novacron.dwcp.netty;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.novacron.dwcp.congestion.PathRate;
import io.novacron.dwcp.kernels.BackgroundThreads;
import io.novacron.dwcp.kernels.PageMemory;
import io.novacron.dwcp.session.LivePath;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has memory for the pages of a guest ready when its first bytes come: a reserve from the start of
 * the daemon on, filled up again for the next guest while others have it. What was taken beyond the
 * reserve goes back once nobody needs it. Any thread.
 *
 * <p>While libvirt prepares a migration is too late to take all of it: the destination's QEMU
 * starts at that time and takes as much, and the kernel serves one after the other.
 */
final class WarmMemory {
  /** A minute, as long as an idle session is kept; what was freed last waits one to two. */
  private static final long TRIM_SECONDS = 60;

  /** 200 ms: by then a ping came back over a near path, also to a daemon that just started. */
  private static final long PING_MILLIS = 200;

  private final ThreadFactory threads = BackgroundThreads.named("dwcp-memory-");
  private final long reserveBytes;
  private final AtomicBoolean isFilling = new AtomicBoolean();

  WarmMemory(long reserveBytes) {
    this.reserveBytes = reserveBytes;
  }

  /** From now on there is a reserve, and what is beyond it goes back. */
  void keep(EventLoopGroup loops) {
    fill();
    loops.next().scheduleAtFixedRate(this::trim, TRIM_SECONDS, TRIM_SECONDS, TimeUnit.SECONDS);
  }

  /** Takes in the background what the reserve lacks. */
  private void fill() {
    if (PageMemory.freeBytes() < reserveBytes && isFilling.compareAndSet(false, true)) {
      start(this::take);
    }
  }

  /**
   * A libvirt connection was opened through a session, which a migration does some round trips
   * before its first bytes. On a near path no pages are kept. On {@code loop}, the session's.
   */
  void connectionOpened(EventLoop loop, LivePath path) {
    loop.schedule(() -> expectGuest(path), PING_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void expectGuest(LivePath path) {
    if (!PathRate.isNear(path.minRttNanos())) {
      fill();
    }
  }

  private void take() {
    try {
      PageMemory.prepare(reserveBytes);
    } finally {
      isFilling.set(false);
    }
  }

  private void trim() {
    start(() -> PageMemory.trim(reserveBytes));
  }

  /** Not on an event loop, nor on a worker: both have streams to serve. */
  private void start(Runnable work) {
    threads.newThread(work).start();
  }
}
