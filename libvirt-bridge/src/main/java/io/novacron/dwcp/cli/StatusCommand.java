package io.novacron.dwcp.cli;

import com.google.gson.JsonElement;
import io.novacron.dwcp.control.ControlClient;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.ControlRequest;
import io.novacron.dwcp.control.StatusReport;
import io.novacron.dwcp.control.StatusReport.ActiveMigration;
import io.novacron.dwcp.control.StatusReport.KnownImage;
import io.novacron.dwcp.history.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code dwcp status}. */
@Command(
    name = "status",
    description = "Shows how the daemon is, the migrations that run now, and its counters.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class StatusCommand extends Question {

  @Override
  ControlRequest request() {
    return new ControlRequest.Status();
  }

  @Override
  void print(JsonElement report, PrintWriter out) throws ControlException {
    StatusReport status = ControlClient.status(report);
    out.printf(
        "dwcpd %s on %s, process %d, up %s%n",
        Table.safe(status.version()),
        Table.safe(status.host()),
        status.pid(),
        Amounts.seconds(status.uptimeSeconds()));
    out.printf(
        "listens on %s, security %s, kernels %s%n",
        Table.safe(status.listen()),
        Table.safe(status.securityMode()),
        Table.safe(status.kernels()));
    if (!status.limits().isEmpty()) {
      out.println("sends at most " + Table.safe(limits(status)));
    }
    status.warnings().forEach(warning -> out.println("WARNING: " + Table.safe(warning)));
    out.println();
    printMigrations(status.activeMigrations(), out);
    printImages(status.images(), out);
    if (!status.counters().isEmpty()) {
      var counters = new Table("COUNTER", ">VALUE");
      new TreeMap<>(status.counters()).forEach((name, value) -> counters.row(name, "" + value));
      out.println();
      counters.print(out);
    }
  }

  private static String limits(StatusReport status) {
    return new TreeMap<>(status.limits())
        .entrySet().stream()
            .map(limit -> limit(limit.getKey(), limit.getValue()))
            .collect(Collectors.joining(", "));
  }

  private static String limit(String name, long bytesPerSecond) {
    String rate = Amounts.megabitsPerSecond(bytesPerSecond);
    return name.equals(LimitCommand.HOST) ? rate + " in all" : rate + " to " + name;
  }

  private static void printImages(List<KnownImage> images, PrintWriter out) {
    if (images.isEmpty()) {
      return;
    }
    var table = new Table("IMAGE", "USED", ">SIZE", ">INDEX");
    for (KnownImage each : images.reversed()) {
      table.row(
          each.path(),
          Amounts.clock(each.usedAt()),
          Amounts.mebibytes(each.imageBytes()),
          Amounts.mebibytes(each.storedBytes()));
    }
    out.println();
    table.print(out);
  }

  private static void printMigrations(List<ActiveMigration> migrations, PrintWriter out) {
    if (migrations.isEmpty()) {
      out.println("no migration runs");
      return;
    }
    var table =
        new Table(
            "ID", "DOMAIN", "ROLE", "PEER", "TRANSPORT", "PHASE", ">RAW", ">WIRE", ">STREAMS");
    for (ActiveMigration each : migrations) {
      table.row(
          each.id(),
          each.domain(),
          Json.word(each.role()),
          each.peer(),
          Json.word(each.transport()),
          each.phase(),
          Amounts.mebibytes(each.rawBytes()),
          Amounts.mebibytes(each.wireBytes()),
          "" + each.streams());
    }
    table.print(out);
  }
}
