package io.novacron.dwcp.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Candidate hashes of every variant that this machine has. */
class HashKernelsTest {

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
    byte[] content = new byte[20 * PAGE_BYTES];
    random.nextBytes(content);
    ByteBuffer base = ByteBuffer.allocateDirect(content.length).put(content).position(3);
    for (int round = 0; round < 300; round++) {
      int pageBytes = 512 * random.nextInt(1, 17);
      int[] offsets = random.ints(PAGES, 0, content.length - 3 - pageBytes).toArray();
      PageSpans pages = new PageSpans(offsets, random.nextInt(PAGES + 1), pageBytes);
      long[] hashes = new long[PAGES * PageKernels.HASH_WINDOWS];
      long[] wanted = new long[PAGES * PageKernels.HASH_WINDOWS];
      kernels.hashPages(base, pages, hashes);
      twin.hashPages(base, pages, wanted);
      assertArrayEquals(wanted, hashes, "seed " + seed + " round " + round);
      kernels.hashWindows(base, pages, hashes);
      twin.hashWindows(base, pages, wanted);
      assertArrayEquals(wanted, hashes, "seed " + seed + " round " + round);
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void differsForEveryBitOfAPageAndForTheOrderOfItsStripes(PageKernels kernels) {
    ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);
    PageSpans span = new PageSpans(new int[] {0}, 1, PAGE_BYTES);
    long[] hash = new long[1];
    kernels.hashPages(page, span, hash);
    long ofZeroes = hash[0];
    long[] seen = new long[PAGE_BYTES * Byte.SIZE];
    for (int bit = 0; bit < seen.length; bit++) {
      page.put(bit / 8, (byte) (1 << bit % 8));
      kernels.hashPages(page, span, hash);
      seen[bit] = hash[0];
      page.put(bit / 8, (byte) 0);
    }
    assertEquals(seen.length, Arrays.stream(seen).distinct().count());
    assertEquals(0, Arrays.stream(seen).filter(each -> each == ofZeroes).count());
  }

  /** A change in one window leaves the hashes of the other three, which is what finds the page. */
  @ParameterizedTest
  @MethodSource("variants")
  void looksAtTheMiddleOfEachQuarter(PageKernels kernels) {
    ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);
    PageSpans span = new PageSpans(new int[] {0}, 1, PAGE_BYTES);
    long[] before = new long[PageKernels.HASH_WINDOWS];
    long[] after = new long[PageKernels.HASH_WINDOWS];
    kernels.hashWindows(page, span, before);
    page.put(511, (byte) 1).put(1024 + 512 + 64, (byte) 1).put(2048 + 512, (byte) 1);
    kernels.hashWindows(page, span, after);
    assertEquals(before[0], after[0]);
    assertEquals(before[1], after[1]);
    assertNotEquals(before[2], after[2]);
    assertEquals(before[3], after[3]);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void refusesPagesOutsideTheBufferAndOddSizes(PageKernels kernels) {
    ByteBuffer base = ByteBuffer.allocateDirect(PAGE_BYTES);
    PageSpans beyond = new PageSpans(new int[] {1}, 1, PAGE_BYTES);
    PageSpans odd = new PageSpans(new int[] {0}, 1, 576);
    PageSpans good = new PageSpans(new int[] {0}, 1, PAGE_BYTES);
    assertThrows(
        IndexOutOfBoundsException.class, () -> kernels.hashPages(base, beyond, new long[4]));
    assertThrows(IllegalArgumentException.class, () -> kernels.hashWindows(base, odd, new long[4]));
    assertThrows(
        IndexOutOfBoundsException.class, () -> kernels.hashWindows(base, good, new long[3]));
  }
}
