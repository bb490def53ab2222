package io.novacron.dwcp.netty;

import io.netty.channel.EventLoop;
import io.novacron.dwcp.session.SessionExecutor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs a session on one Netty event loop and its encoding on the daemon's workers. */
record EventLoopExecutor(EventLoop loop, ExecutorService workers, int parallelism)
    implements SessionExecutor {

  @Override
  public void run(Work work, Runnable done, Consumer<Exception> failed) {
    try {
      workers.execute(() -> work(work, done, failed));
    } catch (RejectedExecutionException e) {
      later(() -> failed.accept(e));
    }
  }

  private void work(Work work, Runnable done, Consumer<Exception> failed) {
    try {
      work.run();
    } catch (Exception e) {
      later(() -> failed.accept(e));
      return;
    } catch (OutOfMemoryError | LinkageError | AssertionError | StackOverflowError e) {
      later(() -> failed.accept(new IllegalStateException("a worker failed: " + e, e)));
      return;
    }
    later(done);
  }

  @Override
  public void after(long delayNanos, Runnable action) {
    loop.schedule(action, delayNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void later(Runnable action) {
    loop.execute(action);
  }
}
