package io.novacron.dwcp.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BackgroundThreadsTest {

  /** Field 19 of proc_pid_stat(5), 16 behind the command's name. */
  private static String nice() {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16];
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void giveWayToEveryOtherThread() {
    String before = nice();
    CompletableFuture<String> seen = new CompletableFuture<>();
    Thread thread = BackgroundThreads.named("test-").newThread(() -> seen.complete(nice()));
    thread.start();

    assertEquals(LoadedLibrary.IS_THERE ? "19" : before, seen.join());
    assertEquals(before, nice(), "only the thread itself steps back");
    assertTrue(thread.isDaemon());
    assertEquals("test-0", thread.getName());
  }
}
