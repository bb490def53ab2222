package io.novacron.dwcp.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.novacron.dwcp.history.MigrationHistory;
import io.novacron.dwcp.libvirt.DowntimeLimits;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoweredDowntimeTest {
  private static final UUID GUEST = new UUID(1, 2);

  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();
  private final FakeLimits limits = new FakeLimits();
  private MigrationJournal journal;
  private LoweredDowntime lowered;

  /** A libvirt with one guest. */
  private static final class FakeLimits implements DowntimeLimits {
    private volatile long millis = 300;
    private volatile boolean isBroken;

    @Override
    public long millis(UUID guest) {
      assertEquals(GUEST, guest);
      if (isBroken) {
        throw new IllegalStateException("libvirt is away");
      }
      return millis;
    }

    @Override
    public void set(UUID guest, long wanted) {
      assertEquals(GUEST, guest);
      millis = wanted;
    }
  }

  @BeforeEach
  void make() {
    MigrationHistory history = MigrationHistory.open(directory, 10, warning -> {});
    journal = new MigrationJournal(history, List.of(), InstantSource.system());
    LoweredDowntime.With with =
        new LoweredDowntime.With(limits, Runnable::run, 40, System::nanoTime, journal);
    lowered = new LoweredDowntime(with, loop.loop(), GUEST);
  }

  @AfterEach
  void stop() {
    loop.close();
  }

  private void begin() throws Exception {
    loop.run(lowered::begin);
    loop.run(() -> {}); // what begin() handed back to the loop has run
  }

  @Test
  void lowersTheLimitAndGivesItBackWhenTheGuestStaysHere() throws Exception {
    begin();
    assertEquals(40, limits.millis);
    loop.run(() -> lowered.ended(false));
    assertEquals(300, limits.millis);
    assertEquals(Map.of("downtime-limit.lowered", 1L), journal.counters());
  }

  @Test
  void leavesAGuestThatMovedAlone() throws Exception {
    begin();
    limits.isBroken = true;
    loop.run(() -> lowered.ended(true));
    assertEquals(Map.of("downtime-limit.lowered", 1L), journal.counters());
  }

  @Test
  void leavesTheLastWordToWhoeverElseChangesTheLimit() throws Exception {
    begin();
    limits.millis = 1000;
    loop.run(() -> lowered.ended(false));
    assertEquals(1000, limits.millis);
  }

  @Test
  void doesNotRaiseALimitThatIsLowerAlready() throws Exception {
    limits.millis = 10;
    begin();
    assertEquals(10, limits.millis);
    loop.run(() -> lowered.ended(false));
    assertEquals(10, limits.millis);
    assertEquals(Map.of(), journal.counters());
  }

  @Test
  void countsThatLibvirtRefusedAndGoesOn() throws Exception {
    limits.isBroken = true;
    begin();
    loop.run(() -> lowered.ended(false));
    assertEquals(Map.of("downtime-limit.refused", 1L), journal.counters());
  }
}
