package io.novacron.dwcp.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A guest that works, ticks, and notices when its memory is not what it wrote. */
record Guest(Lab lab, String name) {
  /** libvirt's and QEMU's word for a guest that executes. */
  private static final String RUNNING = "running";

  private static final Duration MIGRATION_LIMIT = Duration.ofMinutes(3);
  private static final Duration HISTORY_LIMIT = Duration.ofSeconds(10);
  private static final Duration CHECK_LIMIT = Duration.ofSeconds(30);
  private static final Duration DATA_LIMIT = Duration.ofSeconds(30);
  private static final Pattern MEMORY_SENT = Pattern.compile("(?m)^memory_processed: *(\\d+)$");

  /** A migration that was asked for and may still run. */
  final class Migration {
    private final Host source;
    private final CommandRun virsh;

    private Migration(Host source, CommandRun virsh) {
      this.source = source;
      this.virsh = virsh;
    }

    Host source() {
      return source;
    }

    boolean runs() {
      return virsh.runs();
    }

    /** Waits until at least {@code bytes} of the guest's memory have left the source QEMU. */
    void awaitMemorySent(long bytes) {
      Await.until(
          DATA_LIMIT,
          bytes + " bytes of memory of " + name,
          () -> {
            assertTrue(virsh.runs(), "the migration ended before it could be interfered with");
            long sent = memorySent();
            return sent >= bytes ? "" : "so far " + sent;
          });
    }

    private long memorySent() {
      String job = lab.tryOn(source, "virsh", "-q", "domjobinfo", name, "--rawstats").output();
      var found = MEMORY_SENT.matcher(job);
      return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    CommandRun.Outcome await() {
      return virsh.await(MIGRATION_LIMIT);
    }

    /** What the source's history says once the migration is over. */
    HistoryEntry history() {
      HistoryEntry[] entry = new HistoryEntry[1];
      Await.until(
          HISTORY_LIMIT,
          "the end of the migration in the history of " + source.hostName(),
          () -> {
            entry[0] = newestEntry(source);
            return entry[0].outcome().equals(RUNNING) ? entry[0].toString() : "";
          });
      return entry[0];
    }

    /** Expects that libvirt completed it and that the guest is sound on the other host. */
    HistoryEntry expectCompleted() {
      await().expectSuccess();
      assertSoundOn(source.other());
      return history();
    }
  }

  private HistoryEntry newestEntry(Host source) {
    return lab.history(source).stream()
        .filter(entry -> entry.domain().equals(name) && entry.role().equals("source"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no migration of " + name + " in the history"));
  }

  /** The one host on which it runs. */
  Host host() {
    List<Host> running = new ArrayList<>();
    for (Host host : Host.values()) {
      if (state(host).equals(RUNNING)) {
        running.add(host);
      }
    }
    assertEquals(1, running.size(), () -> name + " runs on " + running);
    return running.getFirst();
  }

  /** libvirt's word on it on one host; empty where it is unknown or shut off. */
  String state(Host host) {
    CommandRun.Outcome outcome = lab.tryOn(host, "virsh", "-q", "domstate", name);
    String state = outcome.output().strip();
    return !outcome.succeeded() || state.equals("shut off") ? "" : state;
  }

  /** Starts {@code virsh migrate --live --p2p} to the other host through the daemons. */
  Migration begin(String... flags) {
    List<String> all = new ArrayList<>(List.of("--p2p"));
    all.addAll(List.of(flags));
    return beginDirect(all.toArray(String[]::new));
  }

  /** The same without {@code --p2p}: virsh itself talks to both hosts. */
  Migration beginDirect(String... flags) {
    Host source = host();
    List<String> command = new ArrayList<>(List.of("virsh", "-q", "migrate", "--live"));
    command.addAll(List.of(flags));
    command.addAll(List.of(name, source.other().uri()));
    return new Migration(source, lab.beginOn(source, command.toArray(String[]::new)));
  }

  /** One migration to the other host, which must complete; its entry in the source's history. */
  HistoryEntry migrate(String... flags) {
    return begin(flags).expectCompleted();
  }

  /** It ticks, runs on that host alone, lost nothing and never saw memory that it did not write. */
  void assertSoundOn(Host host) {
    assertEquals(name + " is sound on " + host.hostName(), check().strip());
  }

  /** Fails unless its console and libvirt on both hosts agree that it is sound. */
  String check() {
    return lab.run("guest", "check", name);
  }

  /** The longest time between two of its ticks, as seen from outside. */
  double largestGapSeconds(long sinceMillis) {
    String ticks = lab.run("guest", "ticks", name, Long.toString(1000 * sinceMillis));
    return JsonParser.parseString(ticks).getAsJsonObject().get("largestGapMs").getAsDouble() / 1000;
  }

  /** Why it is not sound on one host now; empty if it is. */
  String problem() {
    CommandRun.Outcome outcome = lab.begin("guest", "check", name).await(CHECK_LIMIT);
    return outcome.succeeded() ? "" : outcome.errors();
  }

  void stop() {
    lab.run("guest", "stop", name);
  }
}
