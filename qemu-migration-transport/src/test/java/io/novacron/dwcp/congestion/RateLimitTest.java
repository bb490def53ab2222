package io.novacron.dwcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private static final long RATE = 10_000_000;

  @Test
  void grantsInTheOrderOfReservations() {
    RateLimit limit = new RateLimit(RATE, 0);
    long second = 1_000_000_000L; // long after the first 10 ms, all of which may go at once
    long first = limit.reserve(100_000, second);
    long next = limit.reserve(50_000, second);
    long last = limit.reserve(1, second);
    assertEquals(0, limit.waitNanos(first, second), "within the burst");
    assertEquals(0, limit.waitNanos(next, second), "just at the end of the burst");
    assertEquals(5_000_000, limit.waitNanos(last, second), "50,000 bytes at 10 MB/s");
    assertEquals(0, limit.waitNanos(last, second + 5_000_000));
  }

  @Test
  void refusesRatesThatAreNone() {
    assertThrows(IllegalArgumentException.class, () -> new RateLimit(-1, 0));
    RateLimit limit = RateLimit.none();
    assertThrows(IllegalArgumentException.class, () -> limit.change(124_999, 0));
    assertThrows(IllegalArgumentException.class, () -> limit.change(100_000_000_001L, 0));
    assertFalse(limit.isLimited());
    limit.change(RateLimit.LEAST_BYTES_PER_SECOND, 0);
    assertTrue(limit.isLimited());
    assertEquals(RateLimit.LEAST_BYTES_PER_SECOND, limit.bytesPerSecond());
  }

  @Test
  void countsWhatIsSentUnderNoLimitToo() {
    SendLimits limits = SendLimits.none();
    limits.sent(7);
    limits.sent(8);
    assertEquals(15, limits.peer().sentBytes());
    assertEquals(15, limits.host().sentBytes());
  }

  /** However the threads meet, no two get the same bytes. */
  @Test
  void givesEachByteToOneThreadOnly() throws InterruptedException {
    RateLimit limit = new RateLimit(RATE, 0);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int each = 0; each < 10_000; each++) {
                  limit.reserve(16, 0);
                }
              }));
    }
    for (Thread each : threads) {
      each.join();
    }
    assertEquals(4 * 10_000 * 16, limit.reserve(1, 0));
  }
}
