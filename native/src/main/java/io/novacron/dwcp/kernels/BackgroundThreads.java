package io.novacron.dwcp.kernels;

import java.util.concurrent.ThreadFactory;

/**
 * Threads whose work can wait: each gives way to every other thread of the host that wants a core
 * (nice 19). Without libdwcp they run as any other. Java's own thread priorities do nothing on
 * Linux.
 */
public final class BackgroundThreads {
  private BackgroundThreads() {}

  /** Daemon threads that are named so, with a number behind. */
  public static ThreadFactory named(String prefix) {
    return of(Thread.ofPlatform().daemon().name(prefix, 0).factory());
  }

  /** The threads of another factory, but that they give way. */
  public static ThreadFactory of(ThreadFactory threads) {
    return work ->
        threads.newThread(() -> {
          stepBack();
          work.run();
        });
  }

  private static void stepBack() {
    if (LoadedLibrary.IS_THERE) {
      Libdwcp.dwcp_step_back(); // refused: the work is done all the same
    }
  }
}
