package io.novacron.dwcp.baseline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.BaselinePages.Range;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.plugin.BaselineStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskBaselinesTest {
  private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
  private static final UUID GUEST = new UUID(5, 6);
  private static final BaselineStore.Key KEY = new BaselineStore.Key(GUEST, "host-b.example");

  @TempDir private Path stateDir;

  private FileDiskBaselines store(long mostBytes, Instant now) throws IOException {
    return FileDiskBaselines.open(
        stateDir.resolve("disks"),
        mostBytes,
        Duration.ofDays(30),
        InstantSource.fixed(now),
        new JavaPageKernels());
  }

  private FileDiskBaselines store() throws IOException {
    return store(1L << 30, NOW);
  }

  /** Consecutive pages from the first on. */
  private static void write(FileDiskBaselines store, int ordinal, int pages) throws IOException {
    try (DiskRecording recording = store.begin(KEY, ordinal, true, Runnable::run)) {
      GeneratedDisk.record(recording, pages);
      assertEquals("", recording.problem());
      store.publish(KEY, ordinal, recording, recording.missing());
    }
  }

  private Path only() throws IOException {
    return store().files(KEY).get(0);
  }

  @Test
  void keepsOneFileForEachDiskThatOnlyItsOwnerReads() throws IOException {
    FileDiskBaselines store = store();
    write(store, 0, 100);
    write(store, 1, 10);
    write(store, 1, 20);
    assertEquals(List.of(0, 1), new ArrayList<>(store().files(KEY).keySet()));
    for (Path each : store().files(KEY).values()) {
      assertEquals(
          PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(each));
    }
    assertEquals(
        List.of(KEY, KEY), store().entries().stream().map(BaselineStore.Entry::key).toList());
    assertTrue(store().drop(KEY));
    assertFalse(store().drop(KEY));
    assertEquals(List.of(), store().entries());
  }

  @Test
  void givesBackWhatItWasGiven() throws IOException {
    write(store(), 0, 100);
    try (DiskBaseline disk = HeldDisk.open(only(), GUEST, new JavaPageKernels())) {
      assertEquals(100, disk.pages());
      assertEquals(List.of(), disk.missing());
    }
  }

  @Test
  void refusesWhatIsOfAnotherGuestOrWasChanged() throws IOException {
    write(store(), 0, 100);
    Path file = only();
    assertThrows(
        BaselineDamagedException.class,
        () -> HeldDisk.open(file, new UUID(5, 7), new JavaPageKernels()));
    FileTime written = Files.getLastModifiedTime(file);
    Files.setLastModifiedTime(file, FileTime.from(NOW.plusMillis(1)));
    assertThrows(
        BaselineDamagedException.class, () -> HeldDisk.open(file, GUEST, new JavaPageKernels()));
    Files.setLastModifiedTime(file, written);
    HeldDisk.open(file, GUEST, new JavaPageKernels()).close();
  }

  @Test
  void refusesDamageOfHeadAndDigestsWhereverItIs() throws IOException {
    write(store(), 0, 100);
    Path file = only();
    FileTime written = Files.getLastModifiedTime(file);
    for (long at : new long[] {0, 9, 17, 33, 65, 70, 88, 4096, 4100, 4096 + 1599}) {
      flip(file, at);
      Files.setLastModifiedTime(file, written);
      assertThrows(
          IOException.class, () -> HeldDisk.open(file, GUEST, new JavaPageKernels()), "at " + at);
      flip(file, at);
    }
    Files.setLastModifiedTime(file, written);
    HeldDisk.open(file, GUEST, new JavaPageKernels()).close();
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(at);
      int there = opened.read();
      opened.seek(at);
      opened.write(there ^ 1);
    }
  }

  @Test
  void refusesAFileThatIsCutOff() throws IOException {
    write(store(), 0, 100);
    Path file = only();
    FileTime written = Files.getLastModifiedTime(file);
    for (long size : new long[] {0, 100, 4095, 4096, 4100}) {
      try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
        opened.setLength(size);
      }
      Files.setLastModifiedTime(file, written);
      assertThrows(
          IOException.class, () -> HeldDisk.open(file, GUEST, new JavaPageKernels()), "of " + size);
    }
  }

  @Test
  void removesTheOldestForRoomAndWhatIsTooOld() throws IOException {
    write(store(1 << 20, NOW.minus(Duration.ofDays(2))), 0, 200);
    write(store(1 << 20, NOW.minus(Duration.ofDays(1))), 1, 40);
    write(store(1 << 20, NOW), 2, 40);
    assertEquals(List.of(1, 2), new ArrayList<>(store().files(KEY).keySet()));
    Instant later = NOW.plus(Duration.ofDays(29)).plusSeconds(1);
    assertEquals(List.of(2), new ArrayList<>(store(1 << 20, later).files(KEY).keySet()));
  }

  @Test
  void keepsTheContentThatThereIsRoomFor() throws IOException {
    write(store(64 * 4096, NOW), 0, 100);
    try (DiskBaseline disk = HeldDisk.open(only(), GUEST, new JavaPageKernels())) {
      assertEquals(100, disk.pages());
      List<Range> missing = disk.missing();
      assertTrue(missing.getFirst().first() <= 65, missing::toString);
      assertTrue(missing.getFirst().first() > 10, missing::toString);
      assertEquals(100, missing.getLast().first() + missing.getLast().pages());
    }
  }

  @Test
  void removesWhatACrashLeft() throws IOException {
    DiskRecording crashed = store().begin(KEY, 0, true, Runnable::run);
    GeneratedDisk.record(crashed, 100);
    crashed.draft().file().close();
    write(store(), 1, 10);
    try (Stream<Path> files = Files.list(stateDir.resolve("disks").resolve(GUEST.toString()))) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void mergesTheNearestOfTooManyMissingRanges() {
    List<Range> many = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      many.add(new Range(i * 10 + (i > 500 ? 100_000 : 0), 2));
    }
    List<Range> few = DiskBaselineFormat.merged(many);
    assertTrue(few.size() <= DiskBaselineFormat.MAX_MISSING_RANGES);
    for (Range each : many) {
      assertTrue(
          few.stream()
              .anyMatch(range ->
                  range.first() <= each.first()
                      && range.first() + range.pages() >= each.first() + each.pages()));
    }
    assertEquals(List.of(new Range(0, 5002), new Range(105_010, 4982)), few);
  }
}
