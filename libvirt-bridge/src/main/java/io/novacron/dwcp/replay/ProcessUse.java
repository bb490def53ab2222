package io.novacron.dwcp.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What this process has used, as Linux counts it. */
final class ProcessUse {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String ANONYMOUS = "RssAnon:";

  private ProcessUse() {}

  /** User and system time of all threads; counted in ticks of 10 ms. */
  static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  /** Resident memory that belongs to no file; 0 where the kernel does not tell. */
  static long anonymousBytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(ANONYMOUS)) {
          String kibibytes = line.substring(ANONYMOUS.length()).replace("kB", "").strip();
          return Long.parseLong(kibibytes) * 1024;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
    return 0;
  }
}
