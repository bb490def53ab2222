package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code dwcp limit} says is what the wire carries, also when it is said in the middle. */
@Tag("lab")
class LimitIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  /** 20 and 60 Mbit/s on a link of 400, slow enough for a busy machine to fill. */
  private static final double LOW_BYTES_PER_SECOND = 2.5e6;

  private static final double HIGH_BYTES_PER_SECOND = 7.5e6;

  /** Headers of TCP and IP, and what a limit lets through at once. */
  private static final double MOST = 1.08;

  /** A busy machine may be late; a limit that is not in force is 7 times as much. */
  private static final double LEAST = 0.75;

  private static String dwcp(Host host, String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "/opt/dwcp/bin/dwcp";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return LAB.on(host, command);
  }

  /** Bytes of IP packets that the WAN has carried from a host to the other. */
  private static long carriedBytes(Host from) {
    JsonObject stats = JsonParser.parseString(LAB.run("wan", "stats")).getAsJsonObject();
    return stats.getAsJsonObject(direction(from)).get("bytes").getAsLong();
  }

  private static String direction(Host from) {
    return from == Host.A ? "aToB" : "bToA";
  }

  private static double bytesPerSecond(Host from, Duration time) {
    long before = carriedBytes(from);
    long started = System.nanoTime();
    Await.pause(time);
    long carried = carriedBytes(from) - before;
    return (double) carried * 1e9 / (double) (System.nanoTime() - started);
  }

  private static JsonObject limit(Host host, String name) {
    JsonArray all = JsonParser.parseString(dwcp(host, "limit", "--json")).getAsJsonArray();
    for (JsonElement each : all) {
      if (each.getAsJsonObject().get("name").getAsString().equals(name)) {
        return each.getAsJsonObject();
      }
    }
    throw new AssertionError("no " + name + " in " + all);
  }

  private static void assertHolds(double limit, double seen) {
    assertTrue(seen <= limit * MOST && seen >= limit * LEAST, seen + " B/s under " + limit);
  }

  @Test
  void aGuestLeavesAsFastAsItsHostAndItsPeerMay(TestReporter reporter) {
    Guest guest = LAB.startGuest("vm", "--memory", "320", "--rate", "500", "--files", "150");
    Host source = guest.host();
    String peer = source.other().hostName();
    dwcp(source, "limit", "host", "60", "Mbit/s");
    dwcp(source, "limit", peer, "20Mbit/s");
    String status = dwcp(source, "status");
    assertTrue(status.contains("sends at most 60.0 Mbit/s in all, 20.0 Mbit/s to " + peer), status);

    Guest.Migration migration = guest.begin();
    migration.awaitMemorySent(20_000_000);
    Await.pause(Duration.ofSeconds(1));
    double low = bytesPerSecond(source, Duration.ofSeconds(4));
    JsonObject shown = limit(source, peer);
    dwcp(source, "limit", peer, "none");
    double high = bytesPerSecond(source, Duration.ofSeconds(3));
    assertTrue(migration.runs(), () -> migration.await().toString());
    dwcp(source, "limit", "host", "none");
    HistoryEntry entry = migration.expectCompleted();

    reporter.publishEntry("limit", low + " and " + high + " B/s; " + shown + "; " + entry.json());
    assertHolds(LOW_BYTES_PER_SECOND, low);
    assertHolds(HIGH_BYTES_PER_SECOND, high);
    assertEquals((long) LOW_BYTES_PER_SECOND, shown.get("limitBytesPerSecond").getAsLong());
    assertHolds(LOW_BYTES_PER_SECOND, shown.get("rateBytesPerSecond").getAsDouble());
    assertTrue(limit(source, peer).get("limitBytesPerSecond").isJsonNull());
    assertTrue(limit(source, "host").get("sentBytes").getAsLong() >= entry.wireBytes());
    assertCarried(entry);
  }

  @Test
  void aPeerThatIsNotIsRefusedWithThoseThatAre() {
    CommandRun.Outcome refused = LAB.tryOn(Host.A, "/opt/dwcp/bin/dwcp", "limit", "host-x", "none");
    assertTrue(refused.errors().contains("known are host-b"), refused::toString);
    CommandRun.Outcome wrong = LAB.tryOn(Host.A, "/opt/dwcp/bin/dwcp", "limit", "host", "fast");
    assertTrue(wrong.errors().contains("1 Mbit/s to 800 Gbit/s"), wrong::toString);
  }
}
