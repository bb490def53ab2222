package io.novacron.dwcp.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.novacron.dwcp.lab.FaultCell.Expected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A fault in a phase of a migration: whatever becomes of the migration, exactly one copy of the
 * guest runs, and nothing is left behind. The long form goes through all of them and prints the
 * table for BENCHMARKING.md.
 */
@Tag("lab")
class FaultsIT {
  @RegisterExtension
  static final Lab LAB =
      new Lab(List.of("new"), "--by", "user")
          .configured(
              """
              dwcp.peers.host-a.address = "host-a:16590"
              dwcp.peers.host-b.address = "host-b:16590"
              """);

  /** A session that lost its peer waits for 60 s, and libvirt some more for it. */
  private static final Duration SETTLED_LIMIT = Duration.ofSeconds(100);

  private static final Duration LEFT_LIMIT = Duration.ofSeconds(75);

  /** Of the reason why a migration was given up whose guest did not run any more. */
  private static final String STOOD_STILL = "the guest stood still";

  private static final String USUAL_LINK = "delay=20ms";
  private static final String SLOW_LINK = "delay=300ms";

  /** Both peers by name at both hosts, as they are configured above. */
  private static final Set<String> USUAL_FILES =
      Set.of("control.sock", "host-a.sock", "host-b.sock");

  private static final List<String> TABLE = new ArrayList<>();

  private static Guest guest;

  @BeforeAll
  static void startGuest() {
    guest = LAB.startGuest("vm", "--memory", "192", "--rate", "2000", "--files", "40");
  }

  @AfterAll
  static void printTable() {
    System.out.println(
        "| phase | fault | migration | guest runs at | seconds | longest gap of ticks, s | why |");
    System.out.println("|---|---|---|---|---|---|---|");
    TABLE.forEach(System.out::println);
  }

  @AfterEach
  void linkIsWell() {
    LAB.run("wan", "restore");
    LAB.run("wan", "set", USUAL_LINK);
  }

  static Stream<FaultCell> cells() {
    String wanted = System.getProperty("dwcp.it.cells", "");
    Stream<FaultCell> cells = Lab.LONG || !wanted.isEmpty() ? FaultCell.all() : FaultCell.few();
    return cells.filter(cell -> cell.toString().matches(".*(" + wanted + ").*"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void exactlyOneCopyRunsAndNothingIsLeft(FaultCell cell) {
    if (cell.phase().isWithinARoundTrip()) {
      LAB.run("wan", "set", SLOW_LINK);
    }
    final long began = System.nanoTime();
    final long beganMillis = System.currentTimeMillis();
    Guest.Migration migration = guest.begin(cell.phase().flags().toArray(String[]::new));
    cell.phase().await(LAB, migration);
    cell.fault().strike(LAB, migration);
    boolean wasCarried = phases(migration.source()).contains("data");
    boolean isHandedOver = false;
    if (!cell.fault().lasts().isZero()) {
      Await.pause(cell.fault().lasts());
      isHandedOver = phases(migration.source()).contains("finish");
      LAB.run("wan", "restore");
    }
    if (cell.fault() != Fault.DELAY) {
      LAB.run("wan", "set", USUAL_LINK);
    }
    CommandRun.Outcome virsh = migration.await();
    double seconds = (System.nanoTime() - began) / 1e9;
    Await.until(SETTLED_LIMIT, "one sound copy", guest::problem);
    boolean isMoved = guest.host() == migration.source().other();
    String reason = cell.fault() == Fault.KILL_SOURCE ? "" : migration.history().reason();
    double gap = guest.largestGapSeconds(beganMillis);
    FaultCell early = reason.contains(STOOD_STILL) ? cell.inSwitchover() : cell;
    FaultCell hit = !wasCarried || isHandedOver ? cell.pastSwitchover() : early;
    TABLE.add(hit.row(virsh.succeeded(), isMoved, seconds, gap, reason));

    assertTrue(!virsh.succeeded() || isMoved, virsh::toString);
    switch (hit.expected()) {
      case COMPLETES -> assertTrue(virsh.succeeded(), virsh::toString);
      case STAYS -> {
        virsh.expectFailure();
        assertTrue(!isMoved, "the guest moved");
      }
      case EITHER -> {}
    }
    assertNothingIsLeft();
    if (hit.expected() != Expected.COMPLETES || cell.phase() == Phase.AFTER) {
      LAB.run("wan", "set", USUAL_LINK);
      guest.migrate();
    }
  }

  private static void assertNothingIsLeft() {
    for (Host host : Host.values()) {
      Await.until(LEFT_LIMIT, "a quiet " + host.hostName(), () -> leftOn(host));
    }
  }

  private static String leftOn(Host host) {
    List<String> running = phases(host);
    Set<String> files = new TreeSet<>(LAB.on(host, "ls", "/run/dwcp").lines().toList());
    return running.isEmpty() && files.equals(USUAL_FILES) ? "" : running + " " + files;
  }

  /** Of the migrations that a daemon takes part in now. */
  private static List<String> phases(Host host) {
    String status = LAB.on(host, "/opt/dwcp/bin/dwcp", "status", "--json");
    List<String> phases = new ArrayList<>();
    for (JsonElement each :
        JsonParser.parseString(status).getAsJsonObject().getAsJsonArray("activeMigrations")) {
      phases.add(each.getAsJsonObject().get("phase").getAsString());
    }
    return phases;
  }
}
