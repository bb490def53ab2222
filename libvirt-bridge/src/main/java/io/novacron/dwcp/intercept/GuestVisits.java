package io.novacron.dwcp.intercept;

import io.netty.channel.EventLoop;
import io.novacron.dwcp.baseline.Baselines;
import io.novacron.dwcp.congestion.PathRate;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.image.Images;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.BaselineStore;
import io.novacron.dwcp.relay.CarryDecision;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.MigrationEvent.Subject;
import io.novacron.dwcp.relay.MigrationOutcome;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.LivePath;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Digest;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The baselines of the migrations on one libvirt connection: looked for as soon as libvirt names
 * the guest, while its destination starts QEMU. Event loop of the connection only.
 */
final class GuestVisits {
  /**
   * 2 s, counted from when the guest's data could flow: half a second loads 700 MiB from a fast
   * disk, and what this waits for saves more on most links. Past it the guest travels whole.
   */
  private static final long MOST_WAIT_MILLIS = 2_000;

  /** The ring beside a baseline must hold what the guest changed since. */
  private static final double MOST_OF_HISTORY = 0.875;

  /**
   * Whose baselines they are.
   *
   * @param baselines empty where baselines are switched off
   * @param images empty where images are switched off
   * @param peerHost the other daemon, as it names itself
   * @param version of the protocol that the session with it speaks
   * @param historyBudgetBytes of one migration
   * @param path to the other daemon
   */
  record With(
      Optional<Baselines> baselines,
      Optional<Images> images,
      String peerHost,
      int version,
      long historyBudgetBytes,
      LivePath path) {

    /** A guest crosses a LAN in less time than a baseline takes to load. */
    boolean isNear() {
      return PathRate.isNear(path.minRttNanos());
    }
  }

  private final With with;
  private final EventLoop loop;
  private final Map<Subject, GuestVisit> running = new LinkedHashMap<>();

  GuestVisits(With with, EventLoop loop) {
    this.with = with;
    this.loop = loop;
  }

  void event(MigrationEvent event) {
    switch (event) {
      case MigrationEvent.Requested requested -> requested(requested.subject());
      case MigrationEvent.Ended ended -> {
        GuestVisit visit = running.remove(ended.subject());
        if (visit != null) {
          visit.ended(ended.outcome() == MigrationOutcome.COMPLETED);
        }
      }
      case MigrationEvent.Prepared ignored -> {}
      case MigrationEvent.Finishing ignored -> {}
      case MigrationEvent.NotUnderstood ignored -> {}
    }
  }

  private void requested(Subject subject) {
    boolean isSpoken = with.version() >= ProtocolVersions.BASELINES;
    boolean isCarried = subject.decision() instanceof CarryDecision.Carry;
    if (with.baselines().isEmpty() || subject.uuid().isEmpty() || !isSpoken || !isCarried) {
      return;
    }
    if (with.isNear()) {
      with.baselines().get().notNeeded();
      return;
    }
    BaselineStore.Key key = new BaselineStore.Key(subject.uuid().get(), with.peerHost());
    long budgetPages = with.historyBudgetBytes() / PageSize.BYTES;
    int mostPages = (int) Math.min(Integer.MAX_VALUE, (long) (budgetPages * MOST_OF_HISTORY));
    running.put(subject, new GuestVisit(with.baselines().get(), key, mostPages));
  }

  /**
   * Waits for the baseline of the migration, a short time at most. The answer comes on the event
   * loop, perhaps at once, and once.
   *
   * @param answer gets it, or null; it stays the visit's, who uses it longer retains it
   */
  void whenReady(@Nullable Subject subject, Consumer<@Nullable BaselinePages> answer) {
    GuestVisit visit = subject == null ? null : running.get(subject);
    if (visit == null) {
      answer.accept(null);
      return;
    }
    Once once = new Once(visit, answer);
    loop.schedule(once::waitedEnough, MOST_WAIT_MILLIS, TimeUnit.MILLISECONDS);
    var _ = visit.load().pages().thenAcceptAsync(once::answer, loop);
  }

  /** The first of baseline and deadline. */
  private static final class Once {
    private final GuestVisit visit;
    private final Consumer<@Nullable BaselinePages> answer;
    private boolean answered;

    Once(GuestVisit visit, Consumer<@Nullable BaselinePages> answer) {
      this.visit = visit;
      this.answer = answer;
    }

    void waitedEnough() {
      if (!answered) {
        visit.late();
        answer(null);
      }
    }

    void answer(@Nullable BaselinePages pages) {
      if (!answered) {
        answered = true;
        visit.ready(pages);
        answer.accept(visit.baseline());
      }
    }
  }

  /** The migration that was asked for last and is not over. */
  @Nullable Subject newest() {
    Subject newest = null;
    for (Subject each : running.keySet()) {
      newest = each;
    }
    return newest;
  }

  /** What {@link #whenReady} answered, while the migration runs. */
  @Nullable BaselinePages baseline(Subject subject) {
    GuestVisit visit = running.get(subject);
    return visit == null ? null : visit.baseline();
  }

  /** Source: waits for what was kept of the guest's disks, a short time at most. */
  void whenDisksAreLoaded(Subject subject, Runnable then) {
    GuestVisit visit = running.get(subject);
    if (visit == null || !subject.flags().copiesDisks()) {
      then.run();
    } else {
      visit.disks().whenLoaded(loop, MOST_WAIT_MILLIS, then);
    }
  }

  /** Source: what both hosts may have kept of the disk whose channel is opened next. */
  @Nullable DiskBaseline nextDisk(Subject subject) {
    GuestVisit visit = running.get(subject);
    return visit == null ? null : visit.disks().next();
  }

  /**
   * Destination: waits for the baseline of a disk, a short time at most.
   *
   * @param answer called once on the event loop, with a holder of its own or null
   */
  void findDisk(
      @Nullable Subject subject, Digest offered, Consumer<@Nullable DiskBaseline> answer) {
    GuestVisit visit = subject == null ? null : running.get(subject);
    if (visit == null) {
      answer.accept(null);
    } else {
      visit.disks().find(offered, loop, MOST_WAIT_MILLIS, answer);
    }
  }

  /** The connection of a disk was opened, before any byte went over it. */
  void followDisk(@Nullable Subject subject, ChannelEnd channel, boolean isSource) {
    GuestVisit visit = subject == null ? null : running.get(subject);
    if (visit != null && channel.kind() == ChannelKind.DISK && !channel.isClosed()) {
      visit.disks().follow(channel, isSource);
    }
  }

  /** A data connection of the migration was opened. */
  void follow(@Nullable Subject subject, ChannelEnd channel) {
    GuestVisit visit = subject == null ? null : running.get(subject);
    if (visit != null && channel.kind() == ChannelKind.MEMORY && !channel.isClosed()) {
      visit.follow(channel);
    }
  }
}
