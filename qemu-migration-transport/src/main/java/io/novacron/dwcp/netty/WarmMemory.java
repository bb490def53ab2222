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
 * Has memory for the pages of a guest ready when its first bytes come, and gives back what no guest
 * came for. Any thread.
 */
final class WarmMemory {
  /** 256 MiB: half a second of zeroing at worst, while libvirt starts the destination's QEMU. */
  private static final long GUEST_BYTES = 256L << 20;

  /** A minute, as long as an idle session is kept; what was freed last waits one to two. */
  private static final long TRIM_SECONDS = 60;

  /** 200 ms: by then a ping came back over a near path, also to a daemon that just started. */
  private static final long PING_MILLIS = 200;

  private final ThreadFactory threads = BackgroundThreads.named("dwcp-memory-");
  private final long wantedBytes;
  private final AtomicBoolean isTaking = new AtomicBoolean();

  WarmMemory(EventLoopGroup loops, long historyBudgetBytes) {
    this.wantedBytes = Math.min(GUEST_BYTES, historyBudgetBytes);
    loops
        .next()
        .scheduleAtFixedRate(
            () -> start(PageMemory::trim), TRIM_SECONDS, TRIM_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * A libvirt connection was opened through a session, which a migration does some round trips
   * before its first bytes. On a near path no pages are kept. On {@code loop}, the session's.
   */
  void connectionOpened(EventLoop loop, LivePath path) {
    loop.schedule(() -> expectGuest(path), PING_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void expectGuest(LivePath path) {
    if (PathRate.isNear(path.minRttNanos())) {
      return;
    }
    if (PageMemory.freeBytes() < wantedBytes && isTaking.compareAndSet(false, true)) {
      start(this::take);
    }
  }

  private void take() {
    try {
      PageMemory.prepare(wantedBytes);
    } finally {
      isTaking.set(false);
    }
  }

  /** Not on an event loop, nor on a worker: both have streams to serve. */
  private void start(Runnable work) {
    threads.newThread(work).start();
  }
}
