package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.CodecChoice.Facts;
import org.junit.jupiter.api.Test;

class CodecChoiceTest {
  private static final long BUSY = 40_000_000;
  private static final long IDLE = 1_000_000;

  private static String choose(CodecChoice choice, int queue, long queueNanos, double ratio) {
    return choice.choose(new Facts(queue, queueNanos, ratio, false)).name();
  }

  private static int storedOf(CodecChoice choice, int choices, long queueNanos) {
    int stored = 0;
    for (int i = 0; i < choices; i++) {
      stored += choose(choice, 1, queueNanos, 0.2).equals("stored") ? 1 : 0;
    }
    return stored;
  }

  @Test
  void triesTheFirstBatchWithLevel1() {
    assertEquals("zstd level 1", choose(new CodecChoice(), 1, BUSY, 1.0));
  }

  @Test
  void takesLevel3OnlyWhenTheLinkIsTheLimitAndEncodersAreIdle() {
    CodecChoice choice = new CodecChoice();
    assertEquals("zstd level 3", choose(choice, 0, BUSY, 0.2));
    assertEquals("zstd level 1", choose(choice, 1, BUSY, 0.2));
  }

  @Test
  void storesOnceTheLinkHasBeenIdleForLong() {
    CodecChoice choice = new CodecChoice();
    assertEquals(0, storedOf(choice, CodecChoice.IDLE_CHOICES - 1, IDLE));
    storedOf(choice, CodecChoice.IDLE_CHOICES, IDLE);
    assertEquals(1000, storedOf(choice, 1000, IDLE));
    assertEquals("stored", choice.fast(IDLE).name());
  }

  /** What is stored makes the ratio 1, which makes the wire carry less: it must not stay so. */
  @Test
  void compressesAgainWhenTheWireMayNotBeCountedOnForMore() {
    CodecChoice choice = new CodecChoice();
    storedOf(choice, 100, IDLE);
    assertEquals("zstd level 1", choice.choose(new Facts(1, IDLE, 0.2, true)).name());
  }

  @Test
  void compressesAgainAsSoonAsTheLinkIsTheLimit() {
    CodecChoice choice = new CodecChoice();
    storedOf(choice, 100, IDLE);
    assertTrue(storedOf(choice, 20, BUSY) == 0, "a busy link ends storing at once");
    assertEquals(0, storedOf(choice, 1000, BUSY));
    assertEquals("zstd level 1", choice.fast(BUSY).name());
  }

  @Test
  void aSlowLinkThatSeemsIdlePaysLessAndLess() {
    CodecChoice choice = new CodecChoice();
    int stored = 0;
    for (int i = 0; i < 4000; i++) {
      boolean storing = choice.fast(12_000_000).name().equals("stored");
      stored += choose(choice, 1, storing ? BUSY : IDLE, 0.2).equals("stored") ? 1 : 0;
    }
    assertTrue(stored < 80, stored + " of 4000 batches stored on a link that each one filled");
  }

  @Test
  void storesWhatDidNotShrinkAndProbesEverySixteenthBatch() {
    CodecChoice choice = new CodecChoice();
    for (int probe = 0; probe < 3; probe++) {
      assertEquals("zstd level 1", choose(choice, 1, BUSY, 0.99));
      for (int batch = 1; batch < CodecChoice.PROBE_EVERY; batch++) {
        assertEquals("stored", choose(choice, 1, BUSY, 0.99));
      }
    }
    assertEquals("zstd level 1", choose(choice, 1, BUSY, 0.94));
  }
}
