package io.novacron.dwcp.daemon;

import io.novacron.dwcp.config.ConfigFile;
import java.nio.file.Path;

/** What the command line of {@code dwcpd} asks for. Read by hand: the daemon's start loads less. */
public sealed interface DaemonArguments {

  /** Text of {@code --help}. */
  String USAGE =
      """
      Usage: dwcpd [--config FILE] [--check-config]
      Carries the migrations of this host's QEMU guests, in the foreground; logs to stderr.

        --config FILE    configuration (default: /etc/dwcp/dwcp.conf)
        --check-config   check the configuration, print every problem, and exit
        -h, --help       print this text and exit
        -V, --version    print the version and exit

      Exit codes: 0 asked and answered, 143 stopped by SIGTERM, 130 by SIGINT, 1 configuration
      refused or start failed, 2 command line wrong.
      """;

  /** Run as the daemon. */
  record Run(Path config) implements DaemonArguments {}

  /** Check the configuration and exit. */
  record CheckConfig(Path config) implements DaemonArguments {}

  /** Print {@link #USAGE} to standard output and exit with 0. */
  record ShowHelp() implements DaemonArguments {}

  /** Print the version to standard output and exit with 0. */
  record ShowVersion() implements DaemonArguments {}

  /** Print the message to standard error and exit with 2. */
  record Refused(String message) implements DaemonArguments {}

  /** Reads the arguments; the first that is wrong refuses them all. */
  static DaemonArguments parse(String... arguments) {
    Path config = ConfigFile.DEFAULT;
    boolean check = false;
    for (int at = 0; at < arguments.length; at++) {
      String argument = arguments[at];
      switch (argument) {
        case "-h", "--help" -> {
          return new ShowHelp();
        }
        case "-V", "--version" -> {
          return new ShowVersion();
        }
        case "--check-config" -> check = true;
        case "--config" -> {
          at++;
          if (at == arguments.length || arguments[at].isEmpty()) {
            return new Refused("--config needs a file; see dwcpd --help");
          }
          config = Path.of(arguments[at]);
        }
        default -> {
          String prefix = "--config=";
          if (!argument.startsWith(prefix) || argument.length() == prefix.length()) {
            return new Refused("\"" + argument + "\" is not an option; see dwcpd --help");
          }
          config = Path.of(argument.substring(prefix.length()));
        }
      }
    }
    return check ? new CheckConfig(config) : new Run(config);
  }
}
