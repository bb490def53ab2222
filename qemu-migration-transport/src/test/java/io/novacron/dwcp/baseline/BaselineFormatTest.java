package io.novacron.dwcp.baseline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.baseline.BaselineFormat.Trailer;
import io.novacron.dwcp.encoding.BaselineIndex;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.plugin.BaselineStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BaselineFormatTest {
  private static final UUID GUEST = UUID.fromString("6d3b5b5c-0b3e-4d6c-9d0a-000000000001");
  private static final BaselineStore.Key KEY = new BaselineStore.Key(GUEST, "host-b");
  private static final int MOST_PAGES = 100_000;

  private static byte[] written(GeneratedBaseline baseline) throws IOException {
    MemoryBaselineStore store = new MemoryBaselineStore();
    long bytes = new BaselineWriter(store.begin(KEY), baseline).write(GUEST);
    byte[] file = store.kept.get(KEY);
    assertEquals(file.length, bytes);
    return file;
  }

  /** The missing ranges. */
  private static List<BaselinePages.Range> loaded(byte[] file) throws IOException {
    BaselineReader reader = BaselineReader.index(MemoryBaselineStore.held(file), GUEST, MOST_PAGES);
    try (BaselinePages pages = reader.pages()) {
      reader.fill(new JavaPageKernels(), () -> false);
      return pages.missing();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 300, 700})
  void givesBackEveryPageAndAddress(int count) throws IOException {
    long seed = System.nanoTime();
    GeneratedBaseline baseline = new GeneratedBaseline(new Random(seed), count);
    BaselineReader reader =
        BaselineReader.index(MemoryBaselineStore.held(written(baseline)), GUEST, MOST_PAGES);
    try (BaselinePages pages = reader.pages()) {
      assertEquals(List.of(new BaselinePages.Range(0, count)), pages.missing());
      reader.fill(new JavaPageKernels(), () -> false);
      assertEquals(List.of(), pages.missing(), "seed " + seed);
      BaselineIndex index = pages.index();
      assertEquals(count, index.pages());
      assertArrayEquals(baseline.index().id(GUEST), pages.id());
      for (int at = 0; at < 2 * count; at++) {
        assertEquals(baseline.index().address(at), index.address(at));
        assertEquals(baseline.index().addressPage(at), index.addressPage(at));
      }
    }
  }

  @Test
  void sharesTheWorkAmongThreads() throws Exception {
    byte[] file = written(new GeneratedBaseline(new Random(1), 2000));
    BaselineReader reader = BaselineReader.index(MemoryBaselineStore.held(file), GUEST, MOST_PAGES);
    Thread[] threads = new Thread[3];
    try (BaselinePages pages = reader.pages()) {
      for (int i = 0; i < threads.length; i++) {
        threads[i] =
            Thread.ofPlatform().start(() -> reader.fill(new JavaPageKernels(), () -> false));
      }
      for (Thread each : threads) {
        each.join();
      }
      assertEquals(List.of(), pages.missing());
    }
  }

  @Test
  void stopsWhenAsked() throws IOException {
    byte[] file = written(new GeneratedBaseline(new Random(1), 1000));
    BaselineReader reader = BaselineReader.index(MemoryBaselineStore.held(file), GUEST, MOST_PAGES);
    try (BaselinePages pages = reader.pages()) {
      reader.fill(new JavaPageKernels(), () -> true);
      assertEquals(List.of(new BaselinePages.Range(0, 1000)), pages.missing());
    }
  }

  /**
   * Either the file is refused, or pages of the damaged chunk are missing, or it did not matter.
   */
  @Test
  void isRefusedOrLosesPagesWhateverByteIsDamaged() throws IOException {
    byte[] file = written(new GeneratedBaseline(new Random(1), 70));
    int refused = 0;
    int lost = 0;
    for (int at = 0; at < file.length; at += at < 2000 || at > file.length - 6000 ? 1 : 101) {
      byte[] damaged = file.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      try {
        lost += loaded(damaged).isEmpty() ? 0 : 1;
      } catch (BaselineDamagedException e) {
        refused++;
      }
    }
    assertTrue(refused > 3000 && lost > 1000, refused + " refused, " + lost + " lost pages");
  }

  @Test
  void losesOnlyThePagesOfADamagedChunk() throws IOException {
    byte[] file = written(new GeneratedBaseline(new Random(1), 200));
    file[BaselineFormat.HEAD_BYTES + 100] ^= 1;
    List<BaselinePages.Range> missing = loaded(file);
    assertTrue(!missing.isEmpty() && missing.getLast().first() < 64, missing.toString());
  }

  @Test
  void isRefusedWhereverItIsCutOff() throws IOException {
    byte[] file = written(new GeneratedBaseline(new Random(1), 5));
    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThrows(BaselineDamagedException.class, () -> loaded(cut), "cut at " + length);
    }
  }

  @Test
  void isRefusedForAnotherGuestAndBeyondTheBudget() throws IOException {
    byte[] file = written(new GeneratedBaseline(new Random(1), 5));
    BaselineStore.Held held = MemoryBaselineStore.held(file);
    assertThrows(
        BaselineDamagedException.class,
        () -> BaselineReader.index(held, new UUID(1, 2), MOST_PAGES));
    assertThrows(IOException.class, () -> BaselineReader.index(held, GUEST, 4));
  }

  /** Counts that lie, under a checksum that holds: refused before memory is taken for them. */
  @Test
  void isRefusedWithCountsThatLie() throws IOException {
    byte[] file = written(new GeneratedBaseline(new Random(1), 5));
    ByteBuffer end =
        ByteBuffer.wrap(
            file, file.length - BaselineFormat.TRAILER_BYTES, BaselineFormat.TRAILER_BYTES);
    Trailer honest = BaselineFormat.readTrailer(end.slice(), file.length);
    for (int lie : new int[] {-1, 0, 4, 6, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      refuses(file, with(honest, lie, honest.addresses(), honest.indexOffset()));
      refuses(file, with(honest, honest.pages(), lie, honest.indexOffset()));
      refuses(file, with(honest, honest.pages(), honest.addresses(), lie));
    }
    refuses(file, with(honest, honest.pages(), honest.addresses(), Long.MAX_VALUE));
    refuses(file, with(honest, honest.pages(), honest.addresses(), Long.MIN_VALUE));
  }

  private static Trailer with(Trailer honest, int pages, int addresses, long indexOffset) {
    return new Trailer(
        honest.guest(), honest.id(), pages, addresses, indexOffset, honest.indexChecksum());
  }

  private static void refuses(byte[] file, Trailer lying) {
    byte[] changed = file.clone();
    BaselineFormat.trailer(lying)
        .get(changed, file.length - BaselineFormat.TRAILER_BYTES, BaselineFormat.TRAILER_BYTES);
    assertThrows(IOException.class, () -> loaded(changed), lying.toString());
  }

  @Test
  void hasAnIdOfItsPagesAndItsGuest() {
    byte[] id = new GeneratedBaseline(new Random(1), 5).index().id(GUEST);
    assertArrayEquals(id, new GeneratedBaseline(new Random(1), 5).index().id(GUEST));
    assertTrue(!Arrays.equals(id, new GeneratedBaseline(new Random(2), 5).index().id(GUEST)));
    assertTrue(
        !Arrays.equals(id, new GeneratedBaseline(new Random(1), 5).index().id(new UUID(1, 2))));
  }
}
