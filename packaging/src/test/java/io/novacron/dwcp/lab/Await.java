package io.novacron.dwcp.lab;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.function.Supplier;

/** Waiting for something that another process does. */
final class Await {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private Await() {}

  /**
   * Returns once {@code problem} gives an empty text; past the limit the test fails with the last.
   */
  static void until(Duration limit, String what, Supplier<String> problem) {
    long deadline = System.nanoTime() + limit.toNanos();
    String last = problem.get();
    while (!last.isEmpty()) {
      if (System.nanoTime() > deadline) {
        fail("waited " + limit + " in vain for " + what + ": " + last);
      }
      pause(PAUSE);
      last = problem.get();
    }
  }

  static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
