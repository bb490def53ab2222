package io.novacron.dwcp.cli;

import io.novacron.dwcp.history.Json;
import io.novacron.dwcp.replay.LinkShape;
import io.novacron.dwcp.replay.ReplayResult;
import io.novacron.dwcp.replay.VisitResult;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a replay found, for people. */
final class ReplayReport {
  private ReplayReport() {}

  static void print(ReplayResult result, PrintWriter out) {
    out.printf(
        "%s (%s), %d streams over %s, %d workers on each side, kernels %s%n%n",
        Table.safe(result.file()),
        Json.word(result.format()),
        result.streams(),
        link(result.link()),
        result.workers(),
        Table.safe(result.kernels()));
    var visits =
        new Table(
            ">RUN", "VISIT", ">RAW", ">WIRE", ">RATIO", ">TIME", ">MB/S", ">MB/S/CORE", ">MEMORY");
    int run = 0;
    for (ReplayResult.Run each : result.runs()) {
      run++;
      if (each.firstVisit() != null) {
        row(visits, run, "first", each.firstVisit());
      }
      row(visits, run, each.firstVisit() == null ? "only" : "second", each.visit());
    }
    visits.print(out);
    out.println();
    printTiers(result.runs().getLast().visit(), out);
    out.println();
    out.println("The output equals the recording.");
  }

  private static String link(@Nullable LinkShape link) {
    return link == null
        ? "loopback"
        : String.format(
            Locale.ROOT,
            "%,.1f Mbit/s, %s ms round trip, %s %% loss",
            link.bitsPerSecond() / 1e6,
            link.roundTripMillis(),
            link.lossPercent());
  }

  private static void row(Table visits, int run, String visit, VisitResult result) {
    visits.row(
        "" + run,
        visit,
        Amounts.mebibytes(result.rawBytes()),
        Amounts.mebibytes(result.wireBytes()),
        String.format(Locale.ROOT, "%.1f", result.ratio()),
        String.format(Locale.ROOT, "%.2f s", result.seconds()),
        String.format(Locale.ROOT, "%.0f", result.megabytesPerSecond()),
        String.format(Locale.ROOT, "%.0f", result.megabytesPerSecondPerCore()),
        Amounts.mebibytes(result.peakMemoryBytes()));
  }

  private static void printTiers(VisitResult result, PrintWriter out) {
    var tiers = new Table("SENT AS", ">PAGES", ">MEMORY");
    tier(tiers, "zero", result.tiers().zero());
    tier(tiers, "reference", result.tiers().reference());
    tier(tiers, "baseline", result.tiers().baseline());
    tier(tiers, "delta", result.tiers().delta());
    tier(tiers, "full", result.tiers().full());
    tiers.row("no page", "-", Amounts.mebibytes(result.tiers().literalBytes()));
    tiers.print(out);
  }

  private static void tier(Table tiers, String name, VisitResult.Tier tier) {
    tiers.row(
        name, String.format(Locale.ROOT, "%,d", tier.pages()), Amounts.mebibytes(tier.bytes()));
  }
}
