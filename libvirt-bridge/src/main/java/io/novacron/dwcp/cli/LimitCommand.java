package io.novacron.dwcp.cli;

import com.google.gson.JsonElement;
import io.novacron.dwcp.config.DaemonConfig.LimitConfig;
import io.novacron.dwcp.config.RefusedValueException;
import io.novacron.dwcp.config.ValueType;
import io.novacron.dwcp.control.ControlClient;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.ControlRequest;
import io.novacron.dwcp.control.LimitReport;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dwcp limit}. */
@Command(
    name = "limit",
    description =
        "Shows how fast this host may send and does, or changes a limit until the daemon ends.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class LimitCommand extends Question {

  /** In place of a peer's name. */
  static final String HOST = LimitConfig.HOST;

  @Spec private @Nullable CommandSpec spec;

  @ArgGroup(exclusive = false)
  private @Nullable Change change;

  /** Both or none. */
  private static final class Change {
    @Parameters(
        index = "0",
        paramLabel = "NAME",
        description = "A peer, or \"host\" for all peers together.")
    private @Nullable String name;

    @Parameters(
        index = "1..*",
        arity = "1..2",
        paramLabel = "RATE",
        description = "\"none\", or a rate such as 400 Mbit/s or 50 MB/s.")
    private List<String> rate = new ArrayList<>();
  }

  @Override
  ControlRequest request() {
    Change wanted = change;
    return wanted == null
        ? new ControlRequest.Limits()
        : new ControlRequest.SetLimit(
            Objects.requireNonNull(wanted.name), bytesPerSecond(String.join(" ", wanted.rate)));
  }

  private long bytesPerSecond(String text) {
    var rate = new ValueType.Rate();
    try {
      return rate.read(text);
    } catch (RefusedValueException refused) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "RATE " + refused.getMessage() + "; allowed: " + rate.allowed());
    }
  }

  @Override
  void print(JsonElement report, PrintWriter out) throws ControlException {
    List<LimitReport> limits = ControlClient.limits(report);
    var table = new Table("SENT TO", ">LIMIT", ">CONFIGURED", ">PRESENT RATE", ">SENT");
    for (LimitReport each : limits) {
      table.row(
          each.name().equals(HOST) ? "all (host)" : each.name(),
          limit(each.limitBytesPerSecond()),
          limit(each.configuredBytesPerSecond()),
          Amounts.megabitsPerSecond(each.rateBytesPerSecond()),
          Amounts.mebibytes(each.sentBytes()));
    }
    table.print(out);
  }

  private static String limit(@Nullable Long bytesPerSecond) {
    return bytesPerSecond == null ? "none" : Amounts.megabitsPerSecond(bytesPerSecond);
  }
}
