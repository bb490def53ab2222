package io.novacron.dwcp.cli;

import com.google.gson.JsonElement;
import io.novacron.dwcp.control.BaselineReport;
import io.novacron.dwcp.control.ControlClient;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.ControlRequest;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dwcp baselines drop}. */
@Command(
    name = "drop",
    description =
        "Removes the baselines of a guest, or all. Its next migration takes more bytes, no more.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class BaselinesDropCommand extends Question {

  @ArgGroup(multiplicity = "1")
  private @Nullable Which which;

  /** Exactly one of the two. */
  private static final class Which {
    @Parameters(paramLabel = "UUID", description = "The guest, as virsh domuuid prints it.")
    private @Nullable UUID guest;

    @Option(names = "--all", description = "The baselines of all guests.")
    private boolean all;
  }

  @Override
  ControlRequest request() {
    Which chosen = Objects.requireNonNull(which);
    return new ControlRequest.DropBaselines(
        chosen.all ? Optional.empty() : Optional.of(Objects.requireNonNull(chosen.guest)));
  }

  @Override
  void print(JsonElement report, PrintWriter out) throws ControlException {
    List<BaselineReport> dropped = ControlClient.baselines(report);
    if (dropped.isEmpty()) {
      out.println("no baseline was kept");
    } else {
      BaselinesListCommand.table(dropped).print(out);
      out.println(dropped.size() + " removed");
    }
  }
}
