package io.novacron.dwcp.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every variant promises, for each variant that this machine has. */
class PageKernelsTest {

  private static final int PAGE_BYTES = 4096;

  static Stream<PageKernels> variants() {
    PageKernels chosen = KernelVariants.load().chosen();
    return chosen instanceof JavaPageKernels
        ? Stream.of(chosen)
        : Stream.of(new JavaPageKernels(), chosen);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void findsOneByteAnywhereInAPage(PageKernels kernels) {
    ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);
    byte[] zero = new byte[1];
    PageSpans span = new PageSpans(new int[] {0}, 1, PAGE_BYTES);
    for (int at = 0; at < PAGE_BYTES; at++) {
      page.put(at, (byte) (1 << (at % 8)));
      kernels.zeroPages(page, span, zero);
      assertEquals(0, zero[0], "byte set at " + at);
      page.put(at, (byte) 0);
      kernels.zeroPages(page, span, zero);
      assertEquals(1, zero[0], "byte cleared at " + at);
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void looksAtNothingOutsideThePages(PageKernels kernels) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(3 * PAGE_BYTES + 2);
    bytes.put(0, (byte) 1).put(3 * PAGE_BYTES + 1, (byte) 1).put(PAGE_BYTES + 1, (byte) 1);
    byte[] zero = {9, 9, 9, 9};
    int[] offsets = {0, PAGE_BYTES, 2 * PAGE_BYTES, 77};
    kernels.zeroPages(bytes.position(1), new PageSpans(offsets, 3, PAGE_BYTES), zero);
    assertArrayEquals(new byte[] {1, 0, 1, 9}, zero);
    assertEquals(1, bytes.position());
  }

  @ParameterizedTest
  @MethodSource("variants")
  void comparesPagesLargerThanItsPieces(PageKernels kernels) {
    int largeBytes = 200_000;
    ByteBuffer bytes = ByteBuffer.allocateDirect(largeBytes);
    byte[] zero = new byte[1];
    PageSpans span = new PageSpans(new int[] {0}, 1, largeBytes);
    kernels.zeroPages(bytes, span, zero);
    assertEquals(1, zero[0]);
    bytes.put(largeBytes - 1, (byte) 1);
    kernels.zeroPages(bytes, span, zero);
    assertEquals(0, zero[0]);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void refusesPagesOutsideTheBufferAndTouchesNothing(PageKernels kernels) {
    ByteBuffer base = ByteBuffer.allocateDirect(2 * PAGE_BYTES);
    byte[] zero = {7, 7};
    for (int bad : new int[] {-1, PAGE_BYTES + 1, Integer.MAX_VALUE}) {
      PageSpans spans = new PageSpans(new int[] {0, bad}, 2, PAGE_BYTES);
      assertThrows(IndexOutOfBoundsException.class, () -> kernels.zeroPages(base, spans, zero));
    }
    PageSpans two = new PageSpans(new int[] {0, 0}, 2, PAGE_BYTES);
    assertThrows(IndexOutOfBoundsException.class, () -> kernels.zeroPages(base, two, new byte[1]));
    assertThrows(
        IllegalArgumentException.class,
        () -> kernels.zeroPages(ByteBuffer.allocate(2 * PAGE_BYTES), two, zero));
    assertArrayEquals(new byte[] {7, 7}, zero);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void refusesXorBeyondAnyBuffer(PageKernels kernels) {
    ByteBuffer longer = ByteBuffer.allocateDirect(65);
    ByteBuffer shorter = ByteBuffer.allocateDirect(64);
    assertThrows(IndexOutOfBoundsException.class, () -> kernels.xor(longer, longer, shorter, 65));
    assertThrows(IndexOutOfBoundsException.class, () -> kernels.xor(shorter, longer, longer, 65));
    assertThrows(IndexOutOfBoundsException.class, () -> kernels.xor(longer, shorter, longer, 65));
    assertThrows(IndexOutOfBoundsException.class, () -> kernels.xor(longer, longer, longer, -1));
    assertThrows(
        IllegalArgumentException.class,
        () -> kernels.xor(longer, longer, ByteBuffer.allocate(65), 1));
  }

  /**
   * 10,000 rounds; lengths and positions of every alignment, mixes as QEMU's own test of XBZRLE.
   */
  @ParameterizedTest
  @MethodSource("variants")
  void agreesWithOneByteAtATimeOnGeneratedPages(PageKernels kernels) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ByteBuffer old = ByteBuffer.allocateDirect(3 * PAGE_BYTES);
    ByteBuffer current = ByteBuffer.allocateDirect(3 * PAGE_BYTES);
    ByteBuffer dst = ByteBuffer.allocateDirect(3 * PAGE_BYTES);
    for (int round = 0; round < 10_000; round++) {
      String where = "seed " + seed + " round " + round;
      int lengthBytes = random.nextInt(1, PAGE_BYTES + 1);
      fill(old.clear().position(random.nextInt(64)), lengthBytes, random);
      fill(current.clear().position(random.nextInt(64)), lengthBytes, random);
      dst.clear().position(random.nextInt(64));
      byte after = dst.get(dst.position() + lengthBytes);
      kernels.xor(old, current, dst, lengthBytes);
      assertEquals(after, dst.get(dst.position() + lengthBytes), where);
      byte[] zero = new byte[1];
      kernels.zeroPages(old, new PageSpans(new int[] {0}, 1, lengthBytes), zero);
      assertArrayEquals(slowXor(old, current, lengthBytes), bytes(dst, lengthBytes), where);
      assertEquals(slowZero(old, lengthBytes), zero[0] == 1, where);
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void undoesXorInPlace(PageKernels kernels) {
    Random random = new Random(1);
    ByteBuffer old = ByteBuffer.allocateDirect(PAGE_BYTES);
    ByteBuffer current = ByteBuffer.allocateDirect(PAGE_BYTES);
    fill(old, PAGE_BYTES, random);
    fill(current, PAGE_BYTES, random);
    byte[] wanted = bytes(current, PAGE_BYTES);
    kernels.xor(old, current, current, PAGE_BYTES);
    kernels.xor(old, current, current, PAGE_BYTES);
    assertArrayEquals(wanted, bytes(current, PAGE_BYTES));
  }

  private static void fill(ByteBuffer buffer, int lengthBytes, RandomGenerator random) {
    byte[] content = new byte[lengthBytes];
    switch (random.nextInt(4)) {
      case 0 -> {} // zero page
      case 1 -> content[random.nextInt(lengthBytes)] = (byte) random.nextInt(1, 256);
      case 2 -> java.util.Arrays.fill(content, (byte) random.nextInt());
      default -> random.nextBytes(content);
    }
    buffer.put(buffer.position(), content);
  }

  private static byte[] bytes(ByteBuffer buffer, int lengthBytes) {
    byte[] content = new byte[lengthBytes];
    buffer.get(buffer.position(), content);
    return content;
  }

  private static byte[] slowXor(ByteBuffer old, ByteBuffer current, int lengthBytes) {
    byte[] delta = bytes(old, lengthBytes);
    byte[] other = bytes(current, lengthBytes);
    for (int i = 0; i < lengthBytes; i++) {
      delta[i] ^= other[i];
    }
    return delta;
  }

  private static boolean slowZero(ByteBuffer buffer, int lengthBytes) {
    for (byte b : bytes(buffer, lengthBytes)) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}
