package io.novacron.dwcp.intercept;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.novacron.dwcp.libvirt.DowntimeLimits;
import io.novacron.dwcp.libvirt.LibvirtException;
import io.novacron.dwcp.session.ChannelEnd;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the downtime limit of one guest low while it migrates, see {@link DowntimeLadder}, by this
 * host's libvirt. Whoever else changes the limit meanwhile has the last word: it is not touched
 * again. Where libvirt refuses, the migration goes on as it would have. Event loop of its session
 * only; libvirt is asked on another thread.
 */
public final class LoweredDowntime {
  private static final Logger LOG = LoggerFactory.getLogger(LoweredDowntime.class);

  private static final long LOOK_MILLIS = 250;

  /**
   * What all migrations of a daemon share.
   *
   * @param thread may wait for libvirt; one at a time
   * @param firstMillis where the limit begins
   */
  public record With(
      DowntimeLimits limits,
      Executor thread,
      long firstMillis,
      LongSupplier nanoClock,
      MigrationJournal journal) {}

  private interface Step {
    void run() throws LibvirtException;
  }

  private final With with;
  private final EventLoop loop;
  private final UUID guest;
  private @Nullable ChannelEnd channel;
  private @Nullable DowntimeLadder ladder;
  private @Nullable Future<?> looks;
  private boolean isOver;

  LoweredDowntime(With with, EventLoop loop, UUID guest) {
    this.with = with;
    this.loop = loop;
    this.guest = guest;
  }

  /** The destination is prepared; memory may follow soon. */
  void begin() {
    ask(() -> {
      long most = with.limits().millis(guest);
      if (most > with.firstMillis()) {
        with.limits().set(guest, with.firstMillis());
        with.journal().count("downtime-limit.lowered");
        loop.execute(() -> lowered(most));
      }
    });
  }

  private void lowered(long mostMillis) {
    DowntimeLadder lowered = new DowntimeLadder(with.firstMillis(), mostMillis);
    ladder = lowered;
    if (isOver) {
      restore(lowered.millis(), mostMillis);
      return;
    }
    tell(lowered.millis());
    looks =
        loop.scheduleAtFixedRate(
            () -> look(lowered, mostMillis), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** The connection that brings the guest's memory was opened. */
  void follow(ChannelEnd memory) {
    channel = memory;
    DowntimeLadder lowered = ladder;
    if (lowered != null) {
      memory.downtimeLimit(TimeUnit.MILLISECONDS.toNanos(lowered.millis()));
    }
  }

  private void tell(long millis) {
    ChannelEnd memory = channel;
    if (memory != null) {
      memory.downtimeLimit(TimeUnit.MILLISECONDS.toNanos(millis));
    }
  }

  private void look(DowntimeLadder lowered, long mostMillis) {
    long former = lowered.millis();
    ChannelEnd memory = channel;
    boolean isFirstPassOver = memory != null && memory.isFirstPassOver();
    if (!lowered.climbs(with.nanoClock().getAsLong(), isFirstPassOver)) {
      return;
    }
    long next = lowered.millis();
    tell(next);
    ask(() -> {
      if (replace(former, next)) {
        LOG.info("{} does not converge: downtime limit {} ms of {}", guest, next, mostMillis);
        with.journal().count("downtime-limit.raised");
      } else {
        loop.execute(this::stopLooking);
      }
    });
  }

  /** Unless somebody else changed it; libvirt has no such thing in one step. */
  private boolean replace(long former, long next) throws LibvirtException {
    boolean isOurs = with.limits().millis(guest) == former;
    if (isOurs) {
      with.limits().set(guest, next);
    }
    return isOurs;
  }

  private void stopLooking() {
    Future<?> running = looks;
    if (running != null) {
      running.cancel(false);
    }
  }

  /** The migration is over. A guest that stayed here gets its limit back. */
  void ended(boolean guestHasMoved) {
    isOver = true;
    stopLooking();
    DowntimeLadder lowered = ladder;
    if (lowered != null && !guestHasMoved) {
      restore(lowered.millis(), lowered.mostMillis());
    }
  }

  private void restore(long lowered, long millis) {
    ask(() -> {
      boolean restored = replace(lowered, millis);
      LOG.debug("downtime limit of {} is back at {} ms: {}", guest, millis, restored);
    });
  }

  private void ask(Step step) {
    try {
      with.thread().execute(() -> run(step));
    } catch (RejectedExecutionException tooManyOrStopping) {
      with.journal().count("downtime-limit.refused");
    }
  }

  private void run(Step step) {
    try {
      step.run();
    } catch (LibvirtException | RuntimeException e) {
      with.journal().count("downtime-limit.refused");
      LOG.info("the downtime limit of {} stays as it is: {}", guest, e.getMessage());
    }
  }
}
