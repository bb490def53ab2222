package io.novacron.dwcp.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  @TempDir Path directory;

  private final List<String> warnings = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-23T08:00:00Z");

  private AuditLog log() {
    return new AuditLog(directory, () -> now, warnings::add);
  }

  private Path file() {
    return directory.resolve(AuditLog.FILE_NAME);
  }

  private static AuditEvent event(int number) {
    return new AuditEvent("limit-changed", "host-b", Map.of("number", String.valueOf(number)));
  }

  private void write(AuditLog log, int from, int to) {
    for (int i = from; i < to; i++) {
      log.write(event(i));
    }
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(file());
  }

  private static JsonObject json(String line) {
    return JsonParser.parseString(line.substring(65)).getAsJsonObject();
  }

  @Test
  void writesOneLineForEachDecision() throws IOException {
    write(log(), 0, 1);
    JsonObject line = json(lines().getFirst());
    assertEquals("2026-11-23T08:00:00Z", line.get("at").getAsString());
    assertEquals("limit-changed", line.get("event").getAsString());
    assertEquals("host-b", line.get("who").getAsString());
    assertEquals("0", line.get("number").getAsString());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
  }

  @Test
  void goesOnWhereTheFormerDaemonEnded() throws IOException {
    write(log(), 0, 3);
    write(log(), 3, 5);
    AuditCheck.Whole whole = (AuditCheck.Whole) AuditCheck.of(file());
    assertEquals(5, whole.lines());
    assertEquals(AuditChain.hashOf(lines().getLast()), whole.lastHash());
  }

  @Test
  void cutsAwayWhatACrashLeftOfALine() throws IOException {
    write(log(), 0, 2);
    String whole = Files.readString(file());
    Files.writeString(file(), whole + "0123 half a li");
    write(log(), 2, 3);
    assertEquals(
        new AuditCheck.Whole(3, AuditChain.hashOf(lines().getLast())), AuditCheck.of(file()));
  }

  @Test
  void everyChangeOfALineIsNoticed() throws IOException {
    write(log(), 0, 5);
    List<String> lines = lines();
    assertBroken(3, lines, at -> at.set(2, at.get(2).replace("\"2\"", "\"7\"")));
    assertBroken(3, lines, at -> at.remove(2));
    assertBroken(1, lines, at -> at.remove(0));
    assertBroken(3, lines, at -> at.add(2, at.get(1)));
    assertBroken(2, lines, at -> Collections.swap(at, 1, 2));
    assertBroken(5, lines, at -> at.set(4, "no line"));
  }

  private interface Change {
    void to(List<String> lines);
  }

  private void assertBroken(long line, List<String> lines, Change change) throws IOException {
    List<String> changed = new ArrayList<>(lines);
    change.to(changed);
    Path copy = Files.write(directory.resolve("copy"), changed);
    assertEquals(new AuditCheck.Broken(line), AuditCheck.of(copy));
  }

  @Test
  void textOfAPeerCannotBeginALine() throws IOException {
    log().write(new AuditEvent("peer-refused", "a\nb", Map.of("reason", "x\r\ny".repeat(1000))));
    assertEquals(1, lines().size());
    assertTrue(lines().getFirst().length() < 2000);
  }

  @Test
  void countsWhatIsLostWhileTheDiskTakesNothing() throws IOException {
    AuditLog log = log();
    write(log, 0, 1);
    Path away = Files.move(file(), directory.resolve("away"));
    Files.createDirectory(file());
    write(log, 1, 4);
    assertEquals(1, warnings.size());
    Files.delete(file());
    Files.move(away, file());
    write(log, 4, 5);
    assertEquals(2, lines().size());
    assertEquals(3, json(lines().getLast()).get("lostBefore").getAsInt());
    assertEquals(2, ((AuditCheck.Whole) AuditCheck.of(file())).lines());
  }

  @Test
  void aFloodIsCountedAndNotWritten() throws IOException {
    AuditLog log = log();
    write(log, 0, 10_000);
    assertEquals(AuditLog.MOST_A_MINUTE, lines().size());
    now = now.plusSeconds(60);
    write(log, 0, 1);
    assertEquals(
        10_000 - AuditLog.MOST_A_MINUTE, json(lines().getLast()).get("lostBefore").getAsInt());
  }

  @Test
  void beginsAnewWhereTheFileWasMovedAway() throws IOException {
    AuditLog log = log();
    write(log, 0, 2);
    Files.move(file(), directory.resolve("audit.log.1"));
    write(log, 2, 3);
    assertEquals(1, ((AuditCheck.Whole) AuditCheck.of(file())).lines());
  }
}
