package io.novacron.dwcp.cli;

import com.google.gson.JsonElement;
import io.novacron.dwcp.control.ControlClient;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.ControlRequest;
import io.novacron.dwcp.history.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all subcommands share: where the daemon is, how it is asked, JSON as it came. */
abstract class Question implements Callable<Integer> {

  private static final int ANSWERED = 0;
  private static final int NO_ANSWER = 1;

  @Option(names = "--json", description = "Print JSON for scripts; keys are only ever added.")
  private boolean json;

  @Option(
      names = "--runtime-dir",
      paramLabel = "DIR",
      defaultValue = "/run/dwcp",
      description = "Where the daemon keeps control.sock (default: ${DEFAULT-VALUE}).")
  private @Nullable Path runtimeDir;

  @Spec private @Nullable CommandSpec spec;

  /** What to ask; the options are set by now. */
  abstract ControlRequest request();

  /** Prints the report for people. */
  abstract void print(JsonElement report, PrintWriter out) throws ControlException;

  @Override
  public Integer call() {
    CommandSpec called = given(spec);
    PrintWriter out = called.commandLine().getOut();
    try {
      var daemon = new ControlClient(given(runtimeDir).resolve("control.sock"));
      JsonElement report = daemon.ask(request());
      if (json) {
        out.println(Json.indented().toJson(report));
      } else {
        print(report, out);
      }
      out.flush();
      return ANSWERED;
    } catch (ControlException unanswered) {
      called.commandLine().getErr().println("dwcp: " + unanswered.getMessage());
      return NO_ANSWER;
    }
  }

  /** A field that picocli sets before {@link #call}. */
  private static <T> T given(@Nullable T injected) {
    if (injected == null) {
      throw new IllegalStateException("not called through picocli");
    }
    return injected;
  }
}
