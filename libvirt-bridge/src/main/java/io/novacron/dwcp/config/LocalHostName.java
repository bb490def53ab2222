package io.novacron.dwcp.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel calls this host; no resolver is asked, since a slow one would delay the start.
 */
public final class LocalHostName {

  /** In the daemon's own UTS namespace. */
  private static final Path KERNEL_HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private LocalHostName() {}

  /** Reads the name; {@code localhost} where the kernel does not tell. */
  public static String read() {
    try {
      String name = Files.readString(KERNEL_HOST_NAME).strip();
      return name.isEmpty() ? "localhost" : name;
    } catch (IOException noProc) {
      return "localhost";
    }
  }
}
