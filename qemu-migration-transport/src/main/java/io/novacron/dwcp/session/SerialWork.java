package io.novacron.dwcp.session;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Gets work done off the session's thread one after another and in order, for state that two
 * workers must not share. What waits holds no worker. Session thread only.
 */
final class SerialWork {
  private record Waiting(SessionExecutor.Work work, Runnable done, Consumer<Exception> failed) {}

  private final SessionExecutor executor;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean isRunning;

  SerialWork(SessionExecutor executor) {
    this.executor = executor;
  }

  /** As {@link SessionExecutor#run}, after all that was asked for before has completed. */
  void run(SessionExecutor.Work work, Runnable done, Consumer<Exception> failed) {
    waiting.addLast(new Waiting(work, done, failed));
    startNext();
  }

  /** Works that were asked for and are not completed. */
  int size() {
    return waiting.size() + (isRunning ? 1 : 0);
  }

  /** The next one starts before the completion of this one, which may take its time. */
  private void startNext() {
    Waiting next = isRunning ? null : waiting.pollFirst();
    if (next == null) {
      return;
    }
    isRunning = true;
    executor.run(
        next.work(),
        () -> {
          isRunning = false;
          startNext();
          next.done().run();
        },
        cause -> {
          isRunning = false;
          startNext();
          next.failed().accept(cause);
        });
  }
}
