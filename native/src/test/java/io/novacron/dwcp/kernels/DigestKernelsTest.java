package io.novacron.dwcp.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** SHA-256 of every variant that this machine has, against the JDK's and the published examples. */
class DigestKernelsTest {

  static Stream<PageKernels> variants() {
    return PageKernelsTest.variants();
  }

  /** The examples that NIST publishes beside FIPS 180-4. */
  @ParameterizedTest
  @MethodSource("variants")
  void givesThePublishedDigests(PageKernels kernels) {
    assertEquals(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", sha256(kernels, "abc"));
    assertEquals(
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        sha256(kernels, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", sha256(kernels, ""));
    assertEquals(
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        sha256(kernels, "a".repeat(1_000_000)));
  }

  private static String sha256(PageKernels kernels, String message) {
    byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    byte[] digest = new byte[PageKernels.DIGEST_BYTES];
    kernels.sha256(direct, new ByteRanges(new int[] {0}, new int[] {bytes.length}, 1), digest);
    return HexFormat.of().formatHex(digest);
  }

  /** Page sizes and counts of every kind: what is hashed side by side must not mix. */
  @ParameterizedTest
  @MethodSource("variants")
  void agreesWithTheJdkOnGeneratedPages(PageKernels kernels) throws NoSuchAlgorithmException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    MessageDigest jdk = MessageDigest.getInstance("SHA-256");
    for (int round = 0; round < 400; round++) {
      int pageBytes = round % 4 == 0 ? random.nextInt(1, 300) : 4096;
      int count = random.nextInt(0, 70);
      byte[] content = content(random, (count + 1) * pageBytes + 64, pageBytes);
      ByteBuffer base = ByteBuffer.allocateDirect(content.length).put(content);
      int start = random.nextInt(9);
      int[] offsets = random.ints(70, 0, content.length - pageBytes - start + 1).toArray();
      byte[] digests = new byte[70 * PageKernels.DIGEST_BYTES];
      byte[] allDigests = digests.clone();
      byte[] wanted = digests.clone();
      byte[] wantedOfAll = digests.clone();
      byte[] zero = new byte[70];
      PageSpans pages = new PageSpans(offsets, count, pageBytes);
      kernels.digestNonZeroPages(base.position(start), pages, zero, digests);
      kernels.digestPages(base, pages, allDigests);
      for (int i = 0; i < count; i++) {
        int from = start + offsets[i];
        byte[] page = Arrays.copyOfRange(content, from, from + pageBytes);
        boolean isZero = Arrays.equals(page, new byte[pageBytes]);
        assertEquals(isZero ? 1 : 0, zero[i], "seed " + seed + " round " + round + " page " + i);
        byte[] digest = jdk.digest(page);
        System.arraycopy(digest, 0, wantedOfAll, i * 32, 32);
        System.arraycopy(digest, 0, wanted, i * 32, isZero ? 0 : 32);
      }
      assertArrayEquals(wanted, digests, "seed " + seed + " round " + round);
      assertArrayEquals(wantedOfAll, allDigests, "seed " + seed + " round " + round);
    }
  }

  private static byte[] content(Random random, int bytes, int pageBytes) {
    byte[] content = new byte[bytes];
    random.nextBytes(content);
    int zeroes = random.nextInt(bytes);
    Arrays.fill(content, zeroes, Math.min(bytes, zeroes + 10 * pageBytes), (byte) 0);
    return content;
  }

  @ParameterizedTest
  @MethodSource("variants")
  void agreesWithTheJdkOnRanges(PageKernels kernels) throws NoSuchAlgorithmException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    MessageDigest jdk = MessageDigest.getInstance("SHA-256");
    byte[] content = new byte[10_000];
    random.nextBytes(content);
    ByteBuffer base = ByteBuffer.allocateDirect(content.length).put(content).position(5);
    byte[] digest = new byte[PageKernels.DIGEST_BYTES];
    for (int round = 0; round < 2_000; round++) {
      int count = random.nextInt(66);
      int most = random.nextInt(1, 300);
      int[] offsets = random.ints(count, 0, content.length - 5 - most).toArray();
      int[] lengths = random.ints(count, 0, most + 1).toArray();
      kernels.sha256(base, new ByteRanges(offsets, lengths, count), digest);
      for (int i = 0; i < count; i++) {
        jdk.update(content, 5 + offsets[i], lengths[i]);
      }
      assertArrayEquals(jdk.digest(), digest, "seed " + seed + " round " + round);
    }
    assertEquals(5, base.position());
  }

  @ParameterizedTest
  @MethodSource("variants")
  void refusesWhatLiesOutsideTheBuffers(PageKernels kernels) {
    ByteBuffer base = ByteBuffer.allocateDirect(8192);
    byte[] zero = {7, 7};
    byte[] digests = new byte[64];
    PageSpans beyond = new PageSpans(new int[] {0, 4097}, 2, 4096);
    PageSpans good = new PageSpans(new int[] {0, 4096}, 2, 4096);
    assertThrows(IndexOutOfBoundsException.class, () -> kernels.digestPages(base, beyond, digests));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> kernels.digestNonZeroPages(base, beyond, zero, digests));
    assertThrows(
        IndexOutOfBoundsException.class, () -> kernels.digestPages(base, good, new byte[63]));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> kernels.digestNonZeroPages(base, good, new byte[1], digests));
    for (int[] range : new int[][] {{-1, 2}, {0, -1}, {8190, 3}, {1, Integer.MAX_VALUE}}) {
      ByteRanges ranges = new ByteRanges(new int[] {range[0]}, new int[] {range[1]}, 1);
      assertThrows(
          IndexOutOfBoundsException.class, () -> kernels.sha256(base, ranges, new byte[32]));
    }
    ByteRanges all = new ByteRanges(new int[] {0}, new int[] {8192}, 1);
    assertThrows(IndexOutOfBoundsException.class, () -> kernels.sha256(base, all, new byte[31]));
    assertThrows(
        IllegalArgumentException.class,
        () -> kernels.sha256(ByteBuffer.allocate(8192), all, new byte[32]));
    assertArrayEquals(new byte[] {7, 7}, zero);
    assertArrayEquals(new byte[64], digests);
  }
}
