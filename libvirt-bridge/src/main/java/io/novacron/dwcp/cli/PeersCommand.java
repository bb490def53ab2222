package io.novacron.dwcp.cli;

import com.google.gson.JsonElement;
import io.novacron.dwcp.control.ControlClient;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.ControlRequest;
import io.novacron.dwcp.control.PeerReport;
import io.novacron.dwcp.history.Json;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code dwcp peers}. */
@Command(
    name = "peers",
    description =
        "Lists the hosts that guests can be migrated to, and how the daemon reaches them.",
    mixinStandardHelpOptions = true,
    versionProvider = DwcpCommand.Version.class)
final class PeersCommand extends Question {

  @Override
  ControlRequest request() {
    return new ControlRequest.Peers();
  }

  @Override
  void print(JsonElement report, PrintWriter out) throws ControlException {
    List<PeerReport> peers = ControlClient.peers(report);
    if (peers.isEmpty()) {
      out.println("no peers in the configuration: this host only receives migrations");
      return;
    }
    var table =
        new Table(
            "PEER",
            "ADDRESS",
            "STATE",
            ">STREAMS",
            ">RTT",
            ">RATE",
            "LOSES PACKETS",
            "FALLBACK",
            "LAST ERROR");
    for (PeerReport each : peers) {
      table.row(
          each.name(),
          each.address(),
          state(each),
          "" + each.streams(),
          each.rttMicros() == null ? "-" : Amounts.milliseconds(each.rttMicros()),
          each.path() == null
              ? "-"
              : Amounts.megabitsPerSecond(each.path().deliveredBytesPerSecond()),
          each.path() == null ? "-" : each.path().lossy() ? "yes" : "no",
          each.libvirt() == null ? "none" : each.libvirt(),
          each.lastError() == null ? "-" : each.lastError());
    }
    table.print(out);
  }

  private static String state(PeerReport peer) {
    String word = Json.word(peer.state());
    return peer.quarantinedUntil() == null
        ? word
        : word + " until " + Amounts.clock(peer.quarantinedUntil());
  }
}
