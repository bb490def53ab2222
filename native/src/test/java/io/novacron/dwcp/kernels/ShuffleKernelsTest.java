package io.novacron.dwcp.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shuffle of every variant that this machine has. */
class ShuffleKernelsTest {
  private static final int PAGE_BYTES = 4096;
  private static final int PAGES = 64;

  private final PageKernels twin = new JavaPageKernels();

  static Stream<PageKernels> variants() {
    return PageKernelsTest.variants();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void agreesWithTheTwinOnGeneratedPages(PageKernels kernels) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    boolean[] seen = new boolean[9];
    for (int round = 0; round < 60; round++) {
      ByteBuffer base = generated(random);
      int[] offsets = random.ints(PAGES, 0, base.remaining() - PAGE_BYTES).toArray();
      PageSpans pages = new PageSpans(offsets, random.nextInt(PAGES + 1), PAGE_BYTES);
      byte[] widths = new byte[PAGES];
      byte[] wanted = new byte[PAGES];
      kernels.shuffleWidths(base, pages, widths);
      twin.shuffleWidths(base, pages, wanted);
      assertArrayEquals(wanted, widths, "seed " + seed + " round " + round);
      for (byte width : widths) {
        seen[width] = true;
      }
      shufflesAsTheTwin(kernels, base, random, "seed " + seed + " round " + round);
    }
    assertTrue(seen[0] && seen[4] && seen[8], "seed " + seed + ": " + Arrays.toString(seen));
  }

  private void shufflesAsTheTwin(
      PageKernels kernels, ByteBuffer base, Random random, String message) {
    int count = random.nextInt(base.remaining() / PAGE_BYTES + 1);
    byte[] widths = new byte[count];
    for (int i = 0; i < count; i++) {
      widths[i] = (byte) (4 * random.nextInt(3));
    }
    byte[] before = bytes(base);
    ByteBuffer other = ByteBuffer.allocateDirect(before.length).put(before).flip();
    kernels.shufflePages(base, count, widths);
    twin.shufflePages(other, count, widths);
    assertArrayEquals(bytes(other), bytes(base), message);
    kernels.unshufflePages(base, count, widths);
    assertArrayEquals(before, bytes(base), message);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }

  /** Noise, zeroes and tables, at an odd position. */
  private static ByteBuffer generated(Random random) {
    ByteBuffer base =
        ByteBuffer.allocateDirect(20 * PAGE_BYTES + 3).order(ByteOrder.LITTLE_ENDIAN).position(3);
    while (base.remaining() > PAGE_BYTES) {
      int end = base.position() + random.nextInt(PAGE_BYTES);
      long step = random.nextInt(70_000);
      int kind = random.nextInt(4);
      for (long word = random.nextLong(); base.position() < end; word += step) {
        switch (kind) {
          case 0 -> base.putLong(word);
          case 1 -> base.putInt((int) word);
          case 2 -> base.putLong(0);
          default -> base.putLong(random.nextLong());
        }
      }
    }
    return base.position(3);
  }

  private static byte widthOf(PageKernels kernels, IntToLongFunction wordAt) {
    ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < PAGE_BYTES / Long.BYTES; i++) {
      page.putLong(wordAt.applyAsLong(i));
    }
    byte[] width = new byte[1];
    kernels.shuffleWidths(page.flip(), new PageSpans(new int[] {0}, 1, PAGE_BYTES), width);
    return width[0];
  }

  @ParameterizedTest
  @MethodSource("variants")
  void takesTablesAndLeavesWhatRepeatsOrIsNoise(PageKernels kernels) {
    Random random = new Random(4);
    assertEquals(8, widthOf(kernels, i -> 0xffff_8880_0000_0000L + i * 0x1_0001L), "pointers");
    assertEquals(4, widthOf(kernels, i -> (2L * i + 1) << 32 | 2L * i), "numbers of 32 bits");
    assertEquals(0, widthOf(kernels, i -> 0), "zeroes");
    assertEquals(0, widthOf(kernels, i -> i % 7), "few values");
    assertEquals(0, widthOf(kernels, i -> random.nextLong()), "noise");
  }

  @ParameterizedTest
  @MethodSource("variants")
  void sortsTheBytesOfWordsByTheirPlace(PageKernels kernels) {
    ByteBuffer pages = ByteBuffer.allocateDirect(2 * PAGE_BYTES);
    for (int i = 0; i < pages.capacity(); i++) {
      pages.put(i, (byte) (i % 8));
    }
    kernels.shufflePages(pages, 2, new byte[] {0, 8});
    assertEquals(1, pages.get(1));
    for (int i = 0; i < PAGE_BYTES; i++) {
      assertEquals(i / 512, pages.get(PAGE_BYTES + i));
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void refusesOtherWidthsAndPagesOutsideTheBuffer(PageKernels kernels) {
    ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);
    byte[] odd = {2};
    assertThrows(IllegalArgumentException.class, () -> kernels.shufflePages(page, 1, odd));
    assertThrows(IllegalArgumentException.class, () -> kernels.unshufflePages(page, 1, odd));
    assertThrows(
        IndexOutOfBoundsException.class, () -> kernels.unshufflePages(page, 2, new byte[2]));
    assertThrows(IndexOutOfBoundsException.class, () -> kernels.shufflePages(page, 1, new byte[0]));
    PageSpans small = new PageSpans(new int[] {0}, 1, 512);
    assertThrows(
        IllegalArgumentException.class, () -> kernels.shuffleWidths(page, small, new byte[1]));
    PageSpans beyond = new PageSpans(new int[] {1}, 1, PAGE_BYTES);
    assertThrows(
        IndexOutOfBoundsException.class, () -> kernels.shuffleWidths(page, beyond, new byte[1]));
  }
}
