package io.novacron.dwcp.session;

import java.util.function.Consumer;

/** How a session gets work done off its thread, and comes back to it. */
public interface SessionExecutor {
  /** Work for any worker thread. */
  interface Work {
    void run() throws Exception;
  }

  /** Workers that run at once: sizes the pipelines. */
  int parallelism();

  /**
   * Runs {@code work} on some worker, then exactly one of the others on the session's thread.
   * Completions may come in any order.
   */
  void run(Work work, Runnable done, Consumer<Exception> failed);

  /** Runs on the session's thread after so long. */
  void after(long delayNanos, Runnable action);

  /** Runs on the session's thread after the event that is handled now. */
  void later(Runnable action);
}
