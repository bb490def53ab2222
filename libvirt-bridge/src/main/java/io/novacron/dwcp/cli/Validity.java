package io.novacron.dwcp.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** How long a certificate may be valid. */
final class Validity {
  /** A hundred years: nobody means more. */
  private static final int MOST_DAYS = 36_500;

  private Validity() {}

  static void check(CommandSpec called, int days) {
    if (days < 1 || days > MOST_DAYS) {
      throw new ParameterException(
          called.commandLine(), "--days " + days + "; allowed: 1 to " + MOST_DAYS);
    }
  }
}
