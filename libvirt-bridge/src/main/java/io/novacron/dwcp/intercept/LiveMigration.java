package io.novacron.dwcp.intercept;

import io.netty.channel.EventLoop;
import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Result;
import io.novacron.dwcp.plugin.MigrationListener.Transport;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A running migration as other threads may look at it: each look asks its event loop. */
public final class LiveMigration {
  /** 500 ms: an event loop that is later than that is overloaded, and status must still answer. */
  private static final long LOOK_MILLIS = 500;

  /** How it stands. */
  public record Progress(String phase, Result result) {}

  private final FollowedMigration followed;
  private final EventLoop loop;
  private final InstantSource clock;

  LiveMigration(FollowedMigration followed, EventLoop loop, InstantSource clock) {
    this.followed = followed;
    this.loop = loop;
    this.clock = clock;
  }

  public Migration migration() {
    return followed.migration();
  }

  public Transport transport() {
    return followed.transport();
  }

  public String reason() {
    return followed.reason();
  }

  /** How it stands now; empty when its event loop did not answer in time. Not on an event loop. */
  public Optional<Progress> progress() {
    try {
      return Optional.of(
          loop.submit(() -> new Progress(followed.phase(), followed.running(clock.instant())))
              .get(LOOK_MILLIS, TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException | RejectedExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
