package io.novacron.dwcp.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PageMemoryTest {

  @BeforeEach
  void nothingIsFree() {
    PageMemory.trim(0);
    PageMemory.trim(0);
    assertEquals(0, PageMemory.freeBytes());
  }

  @Test
  void isAlignedAndWritableToItsLastByte() {
    for (int bytes : new int[] {1, 4096, PageMemory.SLAB_BYTES - 1, PageMemory.SLAB_BYTES}) {
      try (Arena arena = Arena.ofShared()) {
        MemorySegment memory = PageMemory.allocate(bytes, arena);

        assertEquals(bytes, memory.byteSize());
        assertEquals(0, memory.address() % 4096);
        memory.set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) 1);
        memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      }
    }
  }

  @Test
  void throwsInsteadOfTouchingMemoryThatWasFreed() {
    Arena arena = Arena.ofShared();
    MemorySegment memory = PageMemory.allocate(PageMemory.SLAB_BYTES, arena);
    arena.close();

    assertThrows(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void whatWasFreedIsTakenAgain() {
    long first;
    try (Arena arena = Arena.ofShared()) {
      first = PageMemory.allocate(PageMemory.SLAB_BYTES, arena).address();
    }
    assertEquals(PageMemory.SLAB_BYTES, PageMemory.freeBytes());
    try (Arena arena = Arena.ofShared()) {
      assertEquals(first, PageMemory.allocate(PageMemory.SLAB_BYTES, arena).address());
    }
  }

  @Test
  void preparesOnceWhatOneMigrationNeeds() {
    PageMemory.prepare(3L * PageMemory.SLAB_BYTES - 1);
    PageMemory.prepare(2L * PageMemory.SLAB_BYTES);

    assertEquals(3L * PageMemory.SLAB_BYTES, PageMemory.freeBytes());
  }

  @Test
  void givesBackWhatNobodyNeededBetweenTwoTrims() {
    PageMemory.prepare(3L * PageMemory.SLAB_BYTES);
    PageMemory.trim(0);
    try (Arena arena = Arena.ofShared()) {
      PageMemory.allocate(PageMemory.SLAB_BYTES, arena);
    }
    PageMemory.trim(0);
    assertEquals(PageMemory.SLAB_BYTES, PageMemory.freeBytes(), "one was used");

    PageMemory.trim(0);
    assertEquals(0, PageMemory.freeBytes());
  }

  @Test
  void keepsAReserveHoweverLongNobodyNeedsIt() {
    PageMemory.prepare(3L * PageMemory.SLAB_BYTES);
    for (int i = 0; i < 3; i++) {
      PageMemory.trim(2L * PageMemory.SLAB_BYTES - 1);
    }

    assertEquals(2L * PageMemory.SLAB_BYTES, PageMemory.freeBytes());
  }

  @Test
  void refusesMoreThanASlab() {
    try (Arena arena = Arena.ofShared()) {
      assertThrows(
          IllegalArgumentException.class,
          () -> PageMemory.allocate(PageMemory.SLAB_BYTES + 1, arena));
    }
  }
}
