package io.novacron.dwcp.cli;

import com.google.gson.JsonElement;
import io.novacron.dwcp.control.ControlClient;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.ControlRequest;
import io.novacron.dwcp.history.Json;
import io.novacron.dwcp.history.MigrationRecord;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dwcp history}. */
@Command(
    name = "history",
    description = "Lists the migrations that this host took part in, the newest first.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class HistoryCommand extends Question {

  private int limit;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "Show at most N migrations, 1 to 100000 (default: ${DEFAULT-VALUE}).")
  void setLimit(int shown) {
    if (shown < 1 || shown > ControlRequest.History.MOST_ENTRIES) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--limit " + shown + " is not in 1 to " + ControlRequest.History.MOST_ENTRIES);
    }
    limit = shown;
  }

  @Override
  ControlRequest request() {
    return new ControlRequest.History(limit);
  }

  @Override
  void print(JsonElement report, PrintWriter out) throws ControlException {
    List<MigrationRecord> records = ControlClient.history(report);
    if (records.isEmpty()) {
      out.println("no migration yet");
      return;
    }
    var table =
        new Table(
            "STARTED",
            "DOMAIN",
            "FROM",
            "TO",
            "TRANSPORT",
            "OUTCOME",
            ">TIME",
            ">RAW",
            ">WIRE",
            "REASON");
    for (MigrationRecord each : records) {
      table.row(
          Amounts.clock(each.startedAt()),
          each.domain(),
          each.source(),
          each.destination(),
          Json.word(each.transport()),
          Json.word(each.outcome()),
          each.durationSeconds() == null ? "-" : Amounts.seconds(each.durationSeconds()),
          Amounts.mebibytes(each.rawBytes()),
          Amounts.mebibytes(each.wireBytes()),
          each.reason());
    }
    table.print(out);
  }
}
