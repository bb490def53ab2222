package io.novacron.dwcp.intercept;

import io.novacron.dwcp.baseline.BaselineLoad;
import io.novacron.dwcp.baseline.Baselines;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.encoding.ChannelHistory;
import io.novacron.dwcp.plugin.BaselineStore;
import io.novacron.dwcp.session.ChannelEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One migration of a guest as baselines see it: it begins with what both hosts kept of the last
 * one, and leaves what they keep of this one, if the guest did move. Event loop of its session
 * only.
 */
final class GuestVisit {
  private final Baselines baselines;
  private final BaselineStore.Key key;
  private final BaselineLoad load;
  private final DiskVisits disks;

  /** Of the memory channels in the order in which they were opened; null until it is known. */
  private final List<@Nullable ChannelHistory> histories = new ArrayList<>();

  private @Nullable BaselinePages ready;
  private int openChannels;
  private boolean hasBrokenChannel;
  private boolean ended;
  private boolean hasMoved;

  GuestVisit(Baselines baselines, BaselineStore.Key key, int mostPages) {
    this.baselines = baselines;
    this.key = key;
    this.load = baselines.load(key, mostPages);
    this.disks = new DiskVisits(baselines.disks(), key);
  }

  BaselineLoad load() {
    return load;
  }

  DiskVisits disks() {
    return disks;
  }

  /** The baseline did not come in time. */
  void late() {
    baselines.late(load);
  }

  /** The baseline came in time. */
  void ready(@Nullable BaselinePages pages) {
    ready = pages;
  }

  /**
   * The baseline of this migration, if it came in time; owned by the visit, which must not be over.
   */
  @Nullable BaselinePages baseline() {
    return ended ? null : ready;
  }

  /** A memory channel was opened. */
  void follow(ChannelEnd channel) {
    int at = histories.size();
    histories.add(null);
    openChannels++;
    channel
        .baseline()
        .keepHistory(history -> {
          histories.set(at, history);
          openChannels--;
          hasBrokenChannel |= !channel.abortReason().isEmpty();
          settle();
        });
  }

  /**
   * The migration is over; its channels may still be on their way to their end.
   *
   * @param guestHasMoved whether the guest now runs on the destination
   */
  void ended(boolean guestHasMoved) {
    ended = true;
    hasMoved = guestHasMoved;
    load.close();
    disks.ended(guestHasMoved);
    settle();
  }

  private void settle() {
    if (!ended || openChannels > 0) {
      return;
    }
    List<ChannelHistory> whole = histories.stream().filter(Objects::nonNull).toList();
    histories.clear();
    if (hasMoved && !hasBrokenChannel && !whole.isEmpty()) {
      baselines.keep(key, whole);
    } else {
      whole.forEach(ChannelHistory::close);
    }
  }
}
