package io.novacron.dwcp.config;

import java.io.PrintStream;
import java.nio.file.Path;

/** What {@code dwcpd --check-config} does; a unit file can run it before each start. */
public final class ConfigCheck {

  private ConfigCheck() {}

  /**
   * Prints {@code FILE: OK} to {@code out}, or every problem to {@code err}.
   *
   * @return the exit code: 0 or 1
   */
  public static int run(Path file, PrintStream out, PrintStream err) {
    return switch (ConfigFile.readForThisHost(file)) {
      case ConfigResult.Accepted accepted -> {
        out.println(file + ": OK");
        yield 0;
      }
      case ConfigResult.Refused(var problems) -> {
        problems.forEach(err::println);
        yield 1;
      }
    };
  }
}
