package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.novacron.dwcp.encoding.CodecChoice.Facts;
import org.junit.jupiter.api.Test;

class CodecChoiceTest {

  private static final int WORKERS = 2;
  private static final long TARGET_BYTES = 1_000_000;

  private static String choose(CodecChoice choice, int queue, long wireBytes, double ratio) {
    return choice.choose(new Facts(queue, WORKERS, wireBytes, TARGET_BYTES, ratio)).name();
  }

  @Test
  void triesTheFirstBatchWithLevel1() {
    assertEquals("zstd level 1", choose(new CodecChoice(), 1, 0, 1.0));
  }

  @Test
  void takesLevel3OnlyWhenTheWireIsTheBottleneckAndEncodersAreIdle() {
    CodecChoice choice = new CodecChoice();
    assertEquals("zstd level 3", choose(choice, 0, TARGET_BYTES, 0.2));
    assertEquals("zstd level 1", choose(choice, 1, TARGET_BYTES, 0.2));
    assertEquals("zstd level 1", choose(choice, 0, TARGET_BYTES - 1, 0.2));
  }

  @Test
  void storesWhileTheEncodersAreTheBottleneckAndStopsAsTheWireFills() {
    CodecChoice choice = new CodecChoice();
    assertEquals("stored", choose(choice, 2 * WORKERS + 1, TARGET_BYTES / 4 - 1, 0.2));
    assertEquals("zstd level 1", choose(choice, 2 * WORKERS, TARGET_BYTES / 4 - 1, 0.2));
    assertEquals("zstd level 1", choose(choice, 2 * WORKERS + 1, TARGET_BYTES / 4, 0.2));
  }

  @Test
  void storesWhatDidNotShrinkAndProbesEverySixteenthBatch() {
    CodecChoice choice = new CodecChoice();
    for (int probe = 0; probe < 3; probe++) {
      assertEquals("zstd level 1", choose(choice, 1, TARGET_BYTES / 2, 0.99));
      for (int batch = 1; batch < CodecChoice.PROBE_EVERY; batch++) {
        assertEquals("stored", choose(choice, 1, TARGET_BYTES / 2, 0.99));
      }
    }
    assertEquals("zstd level 1", choose(choice, 1, TARGET_BYTES / 2, 0.94));
  }

  @Test
  void fastFollowsTheLastChoiceBetweenLevel1AndStored() {
    CodecChoice choice = new CodecChoice();
    assertEquals("zstd level 1", choice.fast().name());
    choose(choice, 100, 0, 0.2);
    assertEquals("stored", choice.fast().name());
    choose(choice, 0, TARGET_BYTES, 0.2);
    assertEquals("zstd level 1", choice.fast().name());
  }
}
