package io.novacron.dwcp.testing;

import io.novacron.dwcp.session.SessionExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * One host's session thread and its workers, one step at a time. The session thread keeps its
 * order, as an event loop does; of the work that waits any may be done next.
 */
public final class DeterministicExecutor implements SessionExecutor {
  private record Job(Work work, Runnable done, Consumer<Exception> failed) {}

  private static final int WORKERS = 2;

  private record Timer(long dueNanos, Runnable action) {}

  private final Random random;
  private final ManualClock clock;
  private final List<Timer> timers = new ArrayList<>();
  private final ArrayDeque<Runnable> later = new ArrayDeque<>();
  private final List<Job> jobs = new ArrayList<>();
  private int failuresLeft;

  public DeterministicExecutor(Random random, ManualClock clock) {
    this.random = random;
    this.clock = clock;
  }

  @Override
  public int parallelism() {
    return WORKERS;
  }

  @Override
  public void run(Work work, Runnable done, Consumer<Exception> failed) {
    jobs.add(new Job(work, done, failed));
  }

  @Override
  public void after(long delayNanos, Runnable action) {
    timers.add(new Timer(clock.getAsLong() + delayNanos, action));
  }

  public boolean hasTimers() {
    return !timers.isEmpty();
  }

  /** Timers whose time has come join what the session's thread has to do. */
  public void lookAtClock() {
    timers.removeIf(timer -> {
      boolean isDue = timer.dueNanos() - clock.getAsLong() <= 0;
      if (isDue) {
        later.addLast(timer.action());
      }
      return isDue;
    });
  }

  @Override
  public void later(Runnable action) {
    later.addLast(action);
  }

  /** The next so many pieces of work fail instead of being done. */
  public void failNext(int count) {
    failuresLeft = count;
  }

  public boolean hasLater() {
    return !later.isEmpty();
  }

  public boolean hasWork() {
    return !jobs.isEmpty();
  }

  public void runLater() {
    later.removeFirst().run();
  }

  public void runAnyWork() {
    Job job = jobs.remove(random.nextInt(jobs.size()));
    try {
      if (failuresLeft > 0) {
        failuresLeft--;
        throw new IllegalStateException("no worker");
      }
      job.work().run();
    } catch (Exception e) {
      later(() -> job.failed().accept(e));
      return;
    } catch (OutOfMemoryError e) {
      later(() -> job.failed().accept(new IllegalStateException(e)));
      return;
    }
    later(job.done());
  }
}
