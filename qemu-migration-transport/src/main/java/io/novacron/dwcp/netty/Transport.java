package io.novacron.dwcp.netty;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.novacron.dwcp.encoding.BatchPool;
import io.novacron.dwcp.kernels.BackgroundThreads;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.session.ChannelFactory;
import io.novacron.dwcp.wire.BufferSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * The daemon's transport: event loops, workers, memory, clock. Everything of Netty is put together
 * in this package and nowhere else.
 *
 * <p>One session lives on one event loop; two loops are enough for some 10 Gbit/s each and leave
 * the cores to the workers and to QEMU.
 */
public final class Transport implements AutoCloseable {
  /** Each loop moves about 1.3 GB/s; more loops than this only take cores from QEMU. */
  private static final int MAX_LOOPS = 4;

  /** 2048 batches: 512 MiB, of which each direction takes at most {@code 2 x workers + 3}. */
  private static final int MAX_BATCHES = 2048;

  /**
   * 256 MiB of wire bytes under way in one direction: 100 Gbit/s with 20 ms, or 10 Gbit/s with 200
   * ms. The credit of the peer ({@code receive-window}) is the tighter bound in practice.
   */
  private static final long WINDOW_CEILING_BYTES = 256L * 1024 * 1024;

  private final TransportSettings settings;
  private final PageKernels kernels;
  private final StreamSecurity security;
  private final LongSupplier nanoClock = System::nanoTime;
  private final EventLoopGroup loops;
  private final ExecutorService workers;
  private final BufferSource buffers = new NettyBuffers(PooledByteBufAllocator.DEFAULT);
  private final WarmMemory warmMemory;
  private final BatchPool pool = new BatchPool(MAX_BATCHES);

  /**
   * @param security of the connections to other daemons
   */
  public Transport(TransportSettings settings, PageKernels kernels, StreamSecurity security) {
    this(
        settings,
        kernels,
        security,
        Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MAX_LOOPS),
        threads -> threads);
  }

  Transport(TransportSettings settings, PageKernels kernels, int loopCount) {
    this(settings, kernels, StreamSecurity.none(), loopCount, threads -> threads);
  }

  /**
   * With threads of another kind.
   *
   * @param kind makes them from the threads that Netty wants
   */
  Transport(
      TransportSettings settings,
      PageKernels kernels,
      StreamSecurity security,
      int loopCount,
      UnaryOperator<ThreadFactory> kind) {
    this.settings = settings;
    this.kernels = kernels;
    this.security = security;
    this.loops =
        new MultiThreadIoEventLoopGroup(
            loopCount,
            kind.apply(new DefaultThreadFactory("dwcp-loop")),
            EpollIoHandler.newFactory());
    this.warmMemory = new WarmMemory(settings.historyReserveBytes());
    this.workers =
        Executors.newFixedThreadPool(
            settings.workers(), kind.apply(new DefaultThreadFactory("dwcp-worker", true)));
  }

  /** Has memory at hand, and the JVM know the data path, both in the background. */
  public void warmUp() {
    warmMemory.keep(loops);
    Rehearsal rehearsal = new Rehearsal(settings, kernels, security);
    BackgroundThreads.named("dwcp-rehearsal-").newThread(rehearsal).start();
  }

  public TransportSettings settings() {
    return settings;
  }

  public EventLoopGroup loops() {
    return loops;
  }

  StreamSecurity security() {
    return security;
  }

  BufferSource buffers() {
    return buffers;
  }

  WarmMemory warmMemory() {
    return warmMemory;
  }

  LongSupplier nanoClock() {
    return nanoClock;
  }

  /** What sessions on this loop are made of. */
  ChannelFactory channels(EventLoop loop) {
    return new ChannelFactory(
        new EventLoopExecutor(loop, workers, settings.workers()),
        nanoClock,
        buffers,
        pool,
        kernels,
        WINDOW_CEILING_BYTES);
  }

  /**
   * Stops threads; sessions must have been finished before. The workers first: what they still hold
   * is released on the loops.
   */
  @Override
  public void close() {
    workers.shutdown();
    try {
      if (!workers.awaitTermination(2, TimeUnit.SECONDS)) {
        workers.shutdownNow();
      }
    } catch (InterruptedException e) {
      workers.shutdownNow();
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
