package io.novacron.dwcp.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.baseline.Baselines;
import io.novacron.dwcp.baseline.FileBaselineStore;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.plugin.BaselineStore;
import io.novacron.dwcp.relay.CarryDecision;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.MigrationEvent.Subject;
import io.novacron.dwcp.relay.MigrationFlags;
import io.novacron.dwcp.relay.MigrationOutcome;
import io.novacron.dwcp.session.LivePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestVisitsTest {
  private static final UUID GUEST = new UUID(1, 2);
  private static final Subject CARRIED =
      new Subject("guest", Optional.of(GUEST), new MigrationFlags(1), new CarryDecision.Carry());

  private static final long FAR_NANOS = 40_000_000;
  private static final long NEAR_NANOS = 500_000;

  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();
  private final List<String> warnings = new ArrayList<>();
  private FileBaselineStore store;
  private Baselines baselines;

  @BeforeEach
  void open() throws IOException {
    store = FileBaselineStore.open(directory, 1 << 20, Duration.ofDays(1), InstantSource.system());
    baselines =
        new Baselines(
            store,
            new JavaPageKernels(),
            1,
            0,
            new Baselines.Listener() {
              @Override
              public void count(String what, long more) {}

              @Override
              public void warn(String sentence) {
                warnings.add(sentence);
              }

              @Override
              public void note(String sentence) {}
            });
  }

  @AfterEach
  void stop() {
    baselines.close();
    loop.close();
  }

  private GuestVisits visits(int version, Optional<Baselines> kept) {
    return visits(version, kept, FAR_NANOS);
  }

  private GuestVisits visits(int version, Optional<Baselines> kept, long minRttNanos) {
    LivePath path =
        new LivePath() {
          @Override
          public int liveStreams() {
            return 1;
          }

          @Override
          public long minRttNanos() {
            return minRttNanos;
          }
        };
    return new GuestVisits(
        new GuestVisits.With(kept, Optional.empty(), "host-b", version, 1L << 30, path),
        loop.loop());
  }

  private static @Nullable BaselinePages answer(GuestVisits visits, @Nullable Subject subject) {
    CompletableFuture<@Nullable BaselinePages> answer = new CompletableFuture<>();
    visits.whenReady(subject, answer::complete);
    return answer.join();
  }

  @Test
  void goesWithoutABaselineWhereNoneIsKept() {
    GuestVisits visits = visits(2, Optional.of(baselines));
    visits.event(new MigrationEvent.Requested(CARRIED));
    assertEquals(CARRIED, visits.newest());
    assertNull(answer(visits, CARRIED));
    assertNull(visits.baseline(CARRIED));
    visits.event(new MigrationEvent.Ended(CARRIED, MigrationOutcome.COMPLETED, "all well"));
    assertNull(visits.newest());
    assertEquals(List.of(), warnings);
  }

  @Test
  void goesWithoutABaselineThatIsDamagedAndForgetsIt() throws IOException {
    BaselineStore.Key key = new BaselineStore.Key(GUEST, "host-b");
    try (BaselineStore.Draft draft = store.begin(key)) {
      draft.append(ByteBuffer.allocate(5000));
      draft.publish();
    }
    GuestVisits visits = visits(2, Optional.of(baselines));
    visits.event(new MigrationEvent.Requested(CARRIED));
    assertNull(answer(visits, CARRIED));
    assertEquals(1, warnings.size());
    assertTrue(store.open(key).isEmpty());
  }

  @Test
  void answersAtOnceWhereThereIsNothingToWaitFor() {
    for (GuestVisits visits :
        List.of(
            visits(1, Optional.of(baselines)),
            visits(2, Optional.empty()),
            visits(2, Optional.of(baselines), NEAR_NANOS))) {
      visits.event(new MigrationEvent.Requested(CARRIED));
      List<@Nullable BaselinePages> answers = new ArrayList<>();
      visits.whenReady(CARRIED, answers::add);
      visits.whenReady(null, answers::add);
      assertEquals(2, answers.size());
      assertNull(visits.newest());
    }
  }
}
