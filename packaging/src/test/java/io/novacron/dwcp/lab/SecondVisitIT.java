package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A guest that goes away and comes back travels as what changed since. */
@Tag("lab")
class SecondVisitIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  /** Of the first visit's wire bytes; the benchmarks are stricter, with larger guests. */
  private static final double MOST_OF_FIRST = 1 / 6.0;

  @Test
  void aGuestThatComesBackTakesAFractionOfTheBytes(TestReporter reporter) {
    Guest guest = LAB.startGuest("vm", "--memory", "256", "--rate", "100", "--files", "100");
    HistoryEntry first = guest.migrate();
    assertCarried(first);
    awaitWritten(1);
    HistoryEntry second = guest.migrate();
    assertCarried(second);
    awaitWritten(2);
    String seen = "first " + first.json() + ", second " + second.json();
    reporter.publishEntry("visits", seen);
    assertTrue(second.wireBytes() < first.wireBytes() * MOST_OF_FIRST, seen);
    for (Host host : Host.values()) {
      LAB.on(host, "/opt/dwcp/bin/dwcp", "baselines", "drop", "--all");
      assertEquals(
          "no baseline is kept", LAB.on(host, "/opt/dwcp/bin/dwcp", "baselines", "list").strip());
    }
  }

  /** Baselines are written in the background, some seconds after the migration. */
  private static void awaitWritten(long times) {
    for (Host host : Host.values()) {
      Await.until(
          Duration.ofSeconds(30),
          times + " baselines written by " + host,
          () -> {
            String status = LAB.on(host, "/opt/dwcp/bin/dwcp", "status", "--json");
            JsonElement written =
                JsonParser.parseString(status)
                    .getAsJsonObject()
                    .getAsJsonObject("counters")
                    .get("baselines.written");
            return written != null && written.getAsLong() == times ? "" : status;
          });
    }
  }
}
