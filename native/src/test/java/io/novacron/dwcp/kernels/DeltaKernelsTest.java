package io.novacron.dwcp.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Deltas of every variant that this machine has: the same bytes from all, and the page again. */
class DeltaKernelsTest {

  private static final int PAGE_BYTES = PageKernels.DELTA_PAGE_BYTES;
  private static final int PAGES = 20;
  private static final int MOST_BYTES = PAGE_BYTES / 2;

  private final ByteBuffer runs = ByteBuffer.allocateDirect(3 + PAGES * MOST_BYTES);
  private final ByteBuffer changes = ByteBuffer.allocateDirect(5 + PAGES * MOST_BYTES);
  private final PageKernels twin = new JavaPageKernels();

  static Stream<PageKernels> variants() {
    return PageKernelsTest.variants();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void writesWhatTheTwinWritesAndGivesThePagesBack(PageKernels kernels) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    DeltaPages pages = new DeltaPages(PAGES, MOST_BYTES);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment old = arena.allocate(PAGES * PAGE_BYTES + 8L);
      ByteBuffer current = ByteBuffer.allocateDirect(PAGES * (PAGE_BYTES + 8) + 7).position(7);
      for (int round = 0; round < 300; round++) {
        String where = "seed " + seed + " round " + round;
        int count = random.nextInt(PAGES + 1);
        makePages(random, count, old, current, pages);
        byte[] wanted = written(twin, current, pages);
        assertArrayEquals(wanted, written(kernels, current, pages), where);
        givesThePagesBack(kernels, current, old, pages, where);
      }
    }
  }

  private static void makePages(
      Random random, int count, MemorySegment old, ByteBuffer current, DeltaPages pages) {
    pages.clear();
    for (int page = 0; page < count; page++) {
      byte[] content = new byte[PAGE_BYTES];
      random.nextBytes(content);
      MemorySegment.copy(
          MemorySegment.ofArray(content), 0, old, 8L + (long) page * PAGE_BYTES, PAGE_BYTES);
      int places = random.nextInt(4) == 0 ? random.nextInt(1000) : random.nextInt(12);
      for (int place = 0; place < places; place++) {
        int at = random.nextInt(PAGE_BYTES);
        int end = Math.min(PAGE_BYTES, at + random.nextInt(30));
        for (int i = at; i < end; i++) {
          content[i] += (byte) random.nextInt(3);
        }
      }
      int offset = page * (PAGE_BYTES + 8);
      current.put(current.position() + offset, content);
      pages.add(offset, old, 8L + (long) page * PAGE_BYTES);
    }
  }

  /** Lengths, runs and changes, in one array. */
  private byte[] written(PageKernels kernels, ByteBuffer current, DeltaPages pages) {
    Arrays.stream(new ByteBuffer[] {runs.clear().position(3), changes.clear().position(5)})
        .forEach(each -> each.duplicate().put(new byte[each.remaining()]));
    kernels.writeDeltas(current, pages, runs, changes);
    assertEquals(3, runs.position());
    assertEquals(5, changes.position());
    ByteBuffer all = ByteBuffer.allocate(PAGES * 2 * (MOST_BYTES + Integer.BYTES));
    int runsBytes = 0;
    int changesBytes = 0;
    for (int page = 0; page < pages.count(); page++) {
      all.putInt(pages.runsBytes(page)).putInt(pages.changesBytes(page));
      runsBytes += pages.runsBytes(page);
      changesBytes += pages.changesBytes(page);
    }
    runs.limit(3 + runsBytes);
    changes.limit(5 + changesBytes);
    all.put(runs.duplicate()).put(changes.duplicate());
    return Arrays.copyOf(all.array(), all.position());
  }

  private void givesThePagesBack(
      PageKernels kernels, ByteBuffer current, MemorySegment old, DeltaPages pages, String where) {
    ByteBuffer again = ByteBuffer.allocateDirect(PAGES * PAGE_BYTES + 1).position(1);
    int deltas = 0;
    for (int page = 0; page < pages.count(); page++) {
      if (pages.runsBytes(page) > 0) {
        byte[] base = new byte[PAGE_BYTES];
        old.asByteBuffer().get(8 + page * PAGE_BYTES, base);
        again.put(1 + deltas * PAGE_BYTES, base);
        deltas++;
      }
    }
    int[] runsBytes = new int[PAGES];
    int[] changesBytes = new int[PAGES];
    assertNull(kernels.measureDeltas(runs, deltas, runsBytes, changesBytes), where);
    kernels.applyDeltas(again, deltas, runs, changes);
    int delta = 0;
    for (int page = 0; page < pages.count(); page++) {
      if (pages.runsBytes(page) > 0) {
        assertEquals(pages.runsBytes(page), runsBytes[delta], where);
        assertEquals(pages.changesBytes(page), changesBytes[delta], where);
        ByteBuffer seen = again.slice(1 + delta * PAGE_BYTES, PAGE_BYTES);
        int offset = current.position() + page * (PAGE_BYTES + 8);
        assertEquals(current.slice(offset, PAGE_BYTES), seen, where);
        delta++;
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void agreesWithTheTwinOnRunsFromAnywhere(PageKernels kernels) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int sound = 0;
    for (int round = 0; round < 50_000; round++) {
      String where = "seed " + seed + " round " + round;
      ByteBuffer hostile = ByteBuffer.allocateDirect(random.nextInt(14));
      while (hostile.hasRemaining()) {
        hostile.put((byte) (random.nextBoolean() ? random.nextInt(9) : random.nextInt()));
      }
      int count = random.nextInt(4);
      int[] runsBytes = new int[count];
      int[] changesBytes = new int[count];
      int[] wantedRuns = new int[count];
      int[] wantedChanges = new int[count];
      String fault = kernels.measureDeltas(hostile.flip(), count, runsBytes, changesBytes);
      assertEquals(twin.measureDeltas(hostile, count, wantedRuns, wantedChanges), fault, where);
      if (fault == null) {
        sound += count;
        assertArrayEquals(wantedRuns, runsBytes, where);
        assertArrayEquals(wantedChanges, changesBytes, where);
      } else {
        ByteBuffer page = ByteBuffer.allocateDirect(count * PAGE_BYTES);
        assertThrows(
            IllegalArgumentException.class,
            () -> kernels.applyDeltas(page, count, hostile, changes));
        assertEquals(-1, page.mismatch(ByteBuffer.allocateDirect(count * PAGE_BYTES)), where);
      }
    }
    assertTrue(sound > 0);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void refusesRunsThatLeaveTheirPageOrHaveTooFewChanges(PageKernels kernels) {
    ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);
    int[] lengths = new int[1];
    ByteBuffer tooLong = direct(0x81, 0x20, 0, 0); // 4097 bytes
    assertNotNull(kernels.measureDeltas(tooLong, 1, lengths, new int[1]));
    ByteBuffer beyond = direct(1, 0x80, 0x20, 0); // one byte after 4096
    assertNotNull(kernels.measureDeltas(beyond, 1, lengths, new int[1]));
    ByteBuffer endless = direct(1, 0);
    assertNotNull(kernels.measureDeltas(endless, 1, lengths, new int[1]));
    ByteBuffer longVarint = direct(0x81, 0x80, 0x80, 0x80, 0, 0, 0);
    assertNotNull(kernels.measureDeltas(longVarint, 1, lengths, new int[1]));
    ByteBuffer two = direct(2, 0, 0);
    assertThrows(
        IllegalArgumentException.class, () -> kernels.applyDeltas(page, 1, two, direct(7)));
    kernels.applyDeltas(page, 1, two, direct(7, 8));
    assertEquals(7, page.get(0));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> kernels.applyDeltas(page.position(1), 1, two, direct(7, 8)));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void refusesPagesAndRoomThatAreNotThere(PageKernels kernels) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment old = arena.allocate(PAGE_BYTES);
      DeltaPages pages = new DeltaPages(1, MOST_BYTES);
      assertThrows(IndexOutOfBoundsException.class, () -> pages.add(0, old, 1));
      assertThrows(
          IllegalArgumentException.class,
          () -> pages.add(0, MemorySegment.ofArray(new byte[PAGE_BYTES]), 0));
      pages.add(1, old, 0);
      assertThrows(IllegalStateException.class, () -> pages.add(0, old, 0));
      ByteBuffer current = ByteBuffer.allocateDirect(PAGE_BYTES);
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.writeDeltas(current, pages, runs, changes));
      pages.clear();
      pages.add(0, old, 0);
      ByteBuffer small = ByteBuffer.allocateDirect(MOST_BYTES - 1);
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.writeDeltas(current, pages, small, changes));
      assertThrows(
          IndexOutOfBoundsException.class, () -> kernels.writeDeltas(current, pages, runs, small));
    }
  }

  private static ByteBuffer direct(int... bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
    for (int each : bytes) {
      buffer.put((byte) each);
    }
    return buffer.flip();
  }
}
