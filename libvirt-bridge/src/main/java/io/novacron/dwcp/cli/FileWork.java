package io.novacron.dwcp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What subcommands share that work on files and ask no daemon. */
abstract class FileWork implements Callable<Integer> {
  private static final int DONE = 0;
  private static final int NOT_DONE = 1;

  @Spec private @Nullable CommandSpec spec;

  /** Does it and says what was done. */
  abstract void work(PrintWriter out) throws IOException;

  /** The command as it was called. */
  final CommandSpec called() {
    return Objects.requireNonNull(spec);
  }

  @Override
  public Integer call() {
    PrintWriter out = called().commandLine().getOut();
    try {
      work(out);
      out.flush();
      return DONE;
    } catch (IOException failed) {
      called().commandLine().getErr().println("dwcp: " + failed.getMessage());
      return NOT_DONE;
    }
  }
}
