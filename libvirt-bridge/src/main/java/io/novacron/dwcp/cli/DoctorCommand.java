package io.novacron.dwcp.cli;

import io.novacron.dwcp.history.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dwcp doctor}. */
@Command(
    name = "doctor",
    description = "Checks what dwcpd needs on this host, and shows which page kernels it has.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class DoctorCommand implements Callable<Integer> {

  private static final int NOTHING_FAILED = 0;
  private static final int SOMETHING_FAILED = 1;

  @Option(names = "--json", description = "Print JSON for scripts; keys are only ever added.")
  private boolean json;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "/etc/dwcp/dwcp.conf",
      description = "The daemon's configuration (default: ${DEFAULT-VALUE}).")
  private @Nullable Path config;

  @Option(
      names = "--runtime-dir",
      paramLabel = "DIR",
      description = "Where the daemon keeps control.sock (default: as the configuration says).")
  private @Nullable Path runtimeDir;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Path cpuinfo = Path.of("/proc/cpuinfo");
    List<Finding> findings =
        new HostCheck(Objects.requireNonNull(config), runtimeDir, cpuinfo).run();
    if (json) {
      out.println(Json.indented().toJson(findings));
    } else {
      var table = new Table("CHECK", "STATE", "FOUND");
      findings.forEach(each -> table.row(each.check(), Json.word(each.state()), each.found()));
      table.print(out);
    }
    out.flush();
    boolean failed = findings.stream().anyMatch(each -> each.state() == Finding.State.FAILED);
    return failed ? SOMETHING_FAILED : NOTHING_FAILED;
  }
}
