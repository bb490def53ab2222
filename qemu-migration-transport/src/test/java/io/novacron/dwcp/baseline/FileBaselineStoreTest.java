package io.novacron.dwcp.baseline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.plugin.BaselineStore;
import io.novacron.dwcp.plugin.BaselineStore.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileBaselineStoreTest {
  private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
  private static final UUID GUEST = UUID.fromString("6d3b5b5c-0b3e-4d6c-9d0a-000000000001");
  private static final long MOST_BYTES = 1000;
  private static final Duration MOST_AGE = Duration.ofDays(30);

  @TempDir private Path stateDir;

  private FileBaselineStore store() throws IOException {
    return FileBaselineStore.open(
        stateDir.resolve("baselines"), MOST_BYTES, MOST_AGE, InstantSource.fixed(NOW));
  }

  private static BaselineStore.Key key(int guest, String peer) {
    return new BaselineStore.Key(new UUID(GUEST.getMostSignificantBits(), guest), peer);
  }

  /** Written so many days before now. */
  private void write(BaselineStore store, BaselineStore.Key key, int bytes, int daysAgo)
      throws IOException {
    try (BaselineStore.Draft draft = store.begin(key)) {
      draft.append(ByteBuffer.allocate(bytes / 2));
      draft.append(ByteBuffer.allocate(bytes - bytes / 2));
      draft.publish();
    }
    date(key, daysAgo);
  }

  private void date(BaselineStore.Key key, int daysAgo) throws IOException {
    Files.setLastModifiedTime(
        BaselineFileName.path(stateDir.resolve("baselines"), key),
        FileTime.from(NOW.minus(Duration.ofDays(daysAgo))));
  }

  private static List<BaselineStore.Key> keys(BaselineStore store) throws IOException {
    return store.entries().stream().map(Entry::key).toList();
  }

  @Test
  void givesBackWhatWasPublishedAlsoAfterARestart() throws IOException {
    try (BaselineStore.Draft draft = store().begin(key(1, "host-b"))) {
      draft.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      draft.append(ByteBuffer.wrap(new byte[] {4, 5}));
      draft.publish();
    }
    date(key(1, "host-b"), 0);
    try (BaselineStore.Held held = store().open(key(1, "host-b")).orElseThrow()) {
      assertEquals(5, held.sizeBytes());
      ByteBuffer into = ByteBuffer.allocate(3);
      held.read(1, into);
      assertArrayEquals(new byte[] {2, 3, 4}, into.array());
      assertFalse(into.hasRemaining());
      assertThrows(IOException.class, () -> held.read(3, ByteBuffer.allocate(3)));
    }
    assertTrue(store().open(key(1, "host-c")).isEmpty());
    assertTrue(store().open(key(2, "host-b")).isEmpty());
  }

  @Test
  void replacesTheBaselineOfAKeyOnlyWhenTheNewOneIsPublished() throws IOException {
    FileBaselineStore store = store();
    write(store, key(1, "host-b"), 100, 0);
    BaselineStore.Held reading = store.open(key(1, "host-b")).orElseThrow();
    try (BaselineStore.Draft draft = store.begin(key(1, "host-b"))) {
      draft.append(ByteBuffer.allocate(50));
      assertEquals(100, store.entries().getFirst().storedBytes());
      draft.publish();
    }
    assertEquals(50, store.entries().getFirst().storedBytes());
    reading.read(0, ByteBuffer.allocate(100)); // who had it open reads on
    reading.close();
  }

  @Test
  void letsNobodyElseRead() throws IOException {
    FileBaselineStore store = store();
    write(store, key(1, "host-b"), 10, 0);
    try (Stream<Path> all = Files.walk(stateDir.resolve("baselines"))) {
      for (Path each : all.toList()) {
        assertEquals(
            Files.isDirectory(each) ? "rwx------" : "rw-------",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(each)),
            each.toString());
      }
    }
  }

  @Test
  void leavesNothingOfADraftThatWasGivenUp() throws IOException {
    FileBaselineStore store = store();
    try (BaselineStore.Draft draft = store.begin(key(1, "host-b"))) {
      draft.append(ByteBuffer.allocate(10));
    }
    try (Stream<Path> all = Files.list(stateDir.resolve("baselines"))) {
      assertEquals(0, all.count());
    }
    write(store, key(1, "host-b"), (int) MOST_BYTES, 0); // all of the room is free again
  }

  @Test
  void removesWhatACrashLeftAndKeepsWhatItDoesNotKnow() throws IOException {
    FileBaselineStore store = store();
    write(store, key(1, "host-b"), 10, 0);
    BaselineStore.Draft crashed = store.begin(key(1, "host-b"));
    crashed.append(ByteBuffer.allocate(10));
    Path foreign = stateDir.resolve("baselines/README");
    Files.createFile(foreign);
    FileBaselineStore next = store();
    assertEquals(List.of(key(1, "host-b")), keys(next));
    try (Stream<Path> files = Files.walk(stateDir.resolve("baselines"))) {
      assertEquals(1, files.filter(each -> each.toString().contains("host-b")).count());
    }
    assertTrue(Files.exists(foreign));
  }

  @Test
  void dropsTheOldestWhereANewOneNeedsItsRoom() throws IOException {
    FileBaselineStore store = store();
    write(store, key(1, "a"), 400, 3);
    write(store, key(2, "b"), 300, 9);
    write(store, key(3, "c"), 200, 6);
    assertEquals(List.of(key(2, "b"), key(3, "c"), key(1, "a")), keys(store));
    write(store, key(4, "d"), 500, 0);
    assertEquals(List.of(key(1, "a"), key(4, "d")), keys(store));
  }

  @Test
  void refusesWhatIsLargerThanAllOfItsRoom() throws IOException {
    FileBaselineStore store = store();
    assertThrows(IOException.class, () -> write(store, key(1, "a"), (int) MOST_BYTES + 1, 0));
    write(store, key(1, "a"), (int) MOST_BYTES, 0);
    assertEquals(MOST_BYTES, store.entries().getFirst().storedBytes());
  }

  @Test
  void forgetsWhatIsTooOld() throws IOException {
    FileBaselineStore store = store();
    write(store, key(1, "a"), 10, 29);
    write(store, key(2, "a"), 10, 31);
    assertTrue(store.open(key(2, "a")).isEmpty());
    assertEquals(List.of(key(1, "a")), keys(store));
    write(store, key(3, "a"), 10, 32);
    assertEquals(List.of(key(1, "a")), keys(store()));
  }

  @Test
  void dropsOneByItsKey() throws IOException {
    FileBaselineStore store = store();
    write(store, key(1, "a"), 10, 1);
    write(store, key(1, "b"), 10, 0);
    assertTrue(store.drop(key(1, "a")));
    assertFalse(store.drop(key(1, "a")));
    assertEquals(List.of(key(1, "b")), keys(store));
    assertTrue(store.drop(key(1, "b")));
    assertFalse(Files.exists(stateDir.resolve("baselines").resolve(key(1, "b").guest() + "")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../etc/passwd", ".", "..", "a/b", "h\u00f6st", "%2F", "a\0b", "A.b-c_9"})
  void keepsAPeersNameWhateverItIs(String peer) throws IOException {
    FileBaselineStore store = store();
    write(store, key(1, peer), 10, 0);
    assertEquals(List.of(key(1, peer)), keys(store));
    assertTrue(store.open(key(1, peer)).isPresent());
    try (Stream<Path> files = Files.walk(stateDir)) {
      assertTrue(
          files
              .filter(Files::isRegularFile)
              .allMatch(file -> file.getNameCount() == stateDir.getNameCount() + 3));
    }
  }

  @Test
  void refusesANameThatNoFileCanHave() throws IOException {
    FileBaselineStore store = store();
    assertThrows(IOException.class, () -> store.begin(key(1, "a".repeat(250))));
    assertThrows(IOException.class, () -> store.begin(key(1, "")));
  }
}
