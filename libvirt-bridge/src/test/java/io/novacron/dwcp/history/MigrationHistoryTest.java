package io.novacron.dwcp.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Outcome;
import io.novacron.dwcp.plugin.MigrationListener.Result;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.MigrationListener.Traffic;
import io.novacron.dwcp.plugin.MigrationListener.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationHistoryTest {

  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.250Z");

  @TempDir Path stateDir;

  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

  @Test
  void remembersAcrossDaemons() {
    MigrationHistory first = open(10);
    first.put(MigrationRecord.running(migration("m1"), Transport.DWCP, "peer is healthy"));
    first.put(completed("m1"));
    assertEquals(List.of(completed("m1")), open(10).newest(10));
    assertEquals(List.of(), warnings);
  }

  @Test
  void givesNewestFirst() {
    MigrationHistory history = open(10);
    for (String id : List.of("m1", "m2", "m3")) {
      history.put(completed(id));
    }
    assertEquals(List.of("m3", "m2"), ids(history.newest(2)));
    assertEquals(Optional.of(completed("m1")), history.find("m1"));
  }

  @Test
  void forgetsOldestBeyondItsBoundInMemoryAndOnDisk() throws IOException {
    MigrationHistory history = open(3);
    for (int number = 0; number < 50; number++) {
      history.put(MigrationRecord.running(migration("m" + number), Transport.DWCP, "healthy"));
      history.put(completed("m" + number));
      assertTrue(lines().size() <= 6, () -> "the file grew beyond twice its records");
    }
    assertEquals(List.of("m49", "m48", "m47"), ids(history.newest(100)));
    assertEquals(List.of("m49", "m48", "m47"), ids(open(3).newest(100)));
  }

  @Test
  void showsMigrationThatFormerDaemonLeftRunningAsUnknown() {
    open(10).put(MigrationRecord.running(migration("m1"), Transport.PLAIN_TCP, "no daemon"));
    MigrationRecord left = open(10).newest(1).getFirst();
    assertEquals(Outcome.UNKNOWN, left.outcome());
    assertEquals("daemon ended", left.reason());
    assertEquals(Transport.PLAIN_TCP, left.transport());
    assertNull(left.durationSeconds());
  }

  @Test
  void survivesLastLineCutAtEveryByte() throws IOException {
    open(10).put(completed("m1"));
    open(10).put(completed("m2"));
    byte[] whole = Files.readAllBytes(file());
    int lastLine = lines().getFirst().length() + 1;
    for (int length = lastLine + 1; length < whole.length - 1; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      warnings.clear();
      MigrationHistory cut = open(10);
      assertEquals(List.of("m1"), ids(cut.newest(10)), "cut at " + length);
      assertEquals(1, warnings.size(), "cut at " + length);
      cut.put(completed("m3"));
      assertEquals(List.of("m3", "m1"), ids(open(10).newest(10)), "cut at " + length);
    }
  }

  @Test
  void skipsDamagedLinesAndSaysSo() throws IOException {
    open(10).put(completed("m1"));
    Files.writeString(
        file(),
        "null\n{}\n[1]\n{\"id\":\"x\",\"role\":\"bystander\"}\n" + "x".repeat(70_000) + "\n\n",
        StandardOpenOption.APPEND);
    open(10).put(completed("m2"));
    warnings.clear();
    assertEquals(List.of("m2", "m1"), ids(open(10).newest(10)));
    assertEquals(
        List.of(file() + ":2: not a record of a migration; skipped; and 4 more lines"), warnings);
  }

  @Test
  void staysInMemoryWhileFileCannotBeWrittenAndCatchesUp() throws IOException {
    Path blocked = stateDir.resolve("blocked");
    Files.writeString(blocked, "a file where the directory belongs");
    MigrationHistory history = MigrationHistory.open(blocked, 10, warnings::add);
    history.put(completed("m1"));
    history.put(completed("m2"));
    assertTrue(history.memoryOnly());
    assertEquals(List.of("m2", "m1"), ids(history.newest(10)));
    assertEquals(1, warnings.size(), warnings::toString);

    Files.delete(blocked);
    history.put(completed("m3"));
    assertFalse(history.memoryOnly());
    assertEquals(2, warnings.size(), warnings::toString);
    var reopened = MigrationHistory.open(blocked, 10, warnings::add);
    assertEquals(List.of("m3", "m2", "m1"), ids(reopened.newest(10)));
  }

  @Test
  void staysInMemoryOnFullDiskUntilThereIsSpace() throws IOException {
    MigrationHistory history = open(10);
    Files.createSymbolicLink(file(), Path.of("/dev/full"));
    history.put(completed("m1"));
    assertEquals(List.of("m1"), ids(history.newest(10)));
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(warnings.getFirst().contains("No space left on device"), warnings::toString);

    history.put(completed("m2")); // goes to a new file, which takes the place of the full one
    assertEquals(List.of("m2", "m1"), ids(open(10).newest(10)));
  }

  @Test
  void readsNoDeviceInPlaceOfItsFile() throws IOException {
    Files.createSymbolicLink(file(), Path.of("/dev/zero"));
    assertTrue(open(10).memoryOnly());
    assertTrue(warnings.getFirst().contains("is not a regular file"), warnings::toString);
  }

  @Test
  void keepsAllRecordsOfConcurrentMigrations() throws InterruptedException {
    MigrationHistory history = open(1000);
    List<Thread> writers = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      String prefix = "w" + writer + "-";
      writers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int number = 0; number < 50; number++) {
                  history.put(completed(prefix + number));
                }
              }));
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertEquals(200, history.newest(1000).size());
    assertEquals(200, open(1000).newest(1000).size());
    assertEquals(List.of(), warnings);
  }

  @Test
  void writesTheKeysThatScriptsRead() {
    assertEquals(
        "{\"id\":\"m1\",\"role\":\"source\",\"domain\":\"vm-1\","
            + "\"uuid\":\"6695eb01-f6a4-8304-79aa-97f2502e193f\",\"source\":\"host-a\","
            + "\"destination\":\"host-b\",\"startedAt\":\"2026-11-22T12:00:00.250Z\","
            + "\"transport\":\"dwcp\",\"reason\":\"peer is healthy\",\"outcome\":\"completed\","
            + "\"durationSeconds\":5.25,\"rawBytes\":1000,\"wireBytes\":100,\"streams\":8,"
            + "\"pages\":{\"full\":2,\"zero\":40},\"literalBytes\":12,\"residueBytes\":300}",
        Json.COMPACT.toJson(completed("m1")));
  }

  @Test
  void writesAbsentValuesAsNull() {
    var unnamed = new Migration("m1", Role.DESTINATION, "vm-1", Optional.empty(), "a", "b", NOON);
    String json =
        Json.COMPACT.toJson(MigrationRecord.running(unnamed, Transport.PLAIN_TCP, "no daemon"));
    assertTrue(json.contains("\"uuid\":null"), json);
    assertTrue(json.contains("\"transport\":\"plain-tcp\""), json);
    assertTrue(json.contains("\"durationSeconds\":null"), json);
  }

  private MigrationHistory open(int entries) {
    return MigrationHistory.open(stateDir, entries, warnings::add);
  }

  private Path file() {
    return stateDir.resolve(MigrationHistory.FILE_NAME);
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(file());
  }

  private static List<String> ids(List<MigrationRecord> records) {
    return records.stream().map(MigrationRecord::id).toList();
  }

  private static Migration migration(String id) {
    UUID uuid = UUID.fromString("6695eb01-f6a4-8304-79aa-97f2502e193f");
    return new Migration(id, Role.SOURCE, "vm-1", Optional.of(uuid), "host-a", "host-b", NOON);
  }

  private static MigrationRecord completed(String id) {
    var traffic = new Traffic(1000, 100, 8, Map.of("zero", 40L, "full", 2L), 12, 300);
    return MigrationRecord.of(
        migration(id),
        new Result(
            Outcome.COMPLETED,
            Transport.DWCP,
            "peer is healthy",
            Duration.ofMillis(5250),
            traffic));
  }
}
