package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.novacron.dwcp.testing.DeterministicExecutor;
import io.novacron.dwcp.testing.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SerialWorkTest {
  private final DeterministicExecutor executor =
      new DeterministicExecutor(new Random(1), new ManualClock());
  private final SerialWork works = new SerialWork(executor);
  private final List<String> events = new ArrayList<>();

  private void ask(String name) {
    works.run(
        () -> events.add(name),
        () -> events.add(name + " done"),
        cause -> events.add(name + " failed"));
  }

  private void runAll() {
    while (executor.hasWork() || executor.hasLater()) {
      if (executor.hasWork()) {
        executor.runAnyWork();
      } else {
        executor.runLater();
      }
    }
  }

  @Test
  void doesOneAfterAnotherInOrderThoughWorkersTakeAny() {
    for (int i = 0; i < 5; i++) {
      ask("w" + i);
    }
    assertEquals(5, works.size());
    runAll();
    assertEquals(0, works.size());
    List<String> started = events.stream().filter(event -> !event.contains(" ")).toList();
    assertEquals(List.of("w0", "w1", "w2", "w3", "w4"), started);
    List<String> done = events.stream().filter(event -> event.contains(" done")).toList();
    assertEquals(List.of("w0 done", "w1 done", "w2 done", "w3 done", "w4 done"), done);
  }

  @Test
  void goesOnAfterAWorkThatFailed() {
    executor.failNext(1);
    ask("first");
    ask("second");
    runAll();
    assertEquals(List.of("first failed", "second", "second done"), events);
  }

  @Test
  void givesAWorkerOneAtATime() {
    ask("first");
    ask("second");
    executor.runAnyWork();
    assertEquals(false, executor.hasWork());
    executor.runLater();
    assertEquals(true, executor.hasWork());
  }
}
