package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.LaneChoice;
import io.novacron.dwcp.streams.ChannelSender;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The lane of one direction at its source: which batches go through it, with how much effort, and
 * that they do so one after another. Session thread only.
 */
final class OutboundLane {
  private final SerialWork works;
  private final LongSupplier nanoClock;
  private final LaneChoice choice;

  OutboundLane(SessionExecutor executor, LongSupplier nanoClock) {
    this.works = new SerialWork(executor);
    this.nanoClock = nanoClock;
    this.choice = new LaneChoice(nanoClock.getAsLong());
  }

  /** For a batch with so many new bytes: an effort, or {@link LaneChoice#ALONE}. */
  int effort(int newBytes, ChannelSender sender) {
    return choice.choose(
        new LaneChoice.Facts(
            newBytes,
            works.size(),
            sender.linkQueueNanos(),
            sender.isSlowPath(),
            sender.window().isLimitSeen()));
  }

  /** Encodes on a worker; the time counts from where the batch before was done. */
  void run(SessionExecutor.Work work, Runnable done, Consumer<Exception> failed) {
    long[] startNanos = new long[1];
    works.run(
        () -> {
          startNanos[0] = nanoClock.getAsLong();
          work.run();
        },
        () -> {
          choice.encoded(startNanos[0], nanoClock.getAsLong());
          done.run();
        },
        failed);
  }
}
