package io.novacron.dwcp.cli;

import com.google.gson.JsonElement;
import io.novacron.dwcp.control.BaselineReport;
import io.novacron.dwcp.control.ControlClient;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.ControlRequest;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code dwcp baselines list}. */
@Command(
    name = "list",
    description = "Lists the baselines that this host keeps, the newest first.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class BaselinesListCommand extends Question {

  @Override
  ControlRequest request() {
    return new ControlRequest.Baselines();
  }

  @Override
  void print(JsonElement report, PrintWriter out) throws ControlException {
    List<BaselineReport> baselines = ControlClient.baselines(report);
    if (baselines.isEmpty()) {
      out.println("no baseline is kept");
    } else {
      table(baselines).print(out);
    }
  }

  static Table table(List<BaselineReport> baselines) {
    var table = new Table("GUEST", "DOMAIN", "PEER", "WRITTEN", ">SIZE");
    for (BaselineReport each : baselines) {
      table.row(
          each.guest().toString(),
          each.domain() == null ? "-" : each.domain(),
          each.peer(),
          Amounts.clock(each.writtenAt()),
          Amounts.mebibytes(each.storedBytes()));
    }
    return table;
  }
}
