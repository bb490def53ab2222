package io.novacron.dwcp.intercept;

import io.netty.channel.EventLoop;
import io.novacron.dwcp.baseline.DiskBaselines;
import io.novacron.dwcp.baseline.DiskRecording;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.plugin.BaselineStore;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.wire.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The disks of one migration: each begins with what both hosts kept of its last copy, and leaves
 * what they keep of this one, if the guest did move. Event loop of its session only.
 */
final class DiskVisits {

  /** How a reset begins its reason that a page of the baseline did not hold; see the decoder. */
  private static final String DAMAGE = "disk's baseline";

  private record Recorded(int ordinal, DiskRecording recording) {}

  private final Optional<DiskBaselines> disks;
  private final BaselineStore.Key key;
  private final CompletableFuture<Map<Integer, DiskBaseline>> load;
  private final List<Recorded> recorded = new ArrayList<>();
  private int channels;
  private int openChannels;
  private boolean hasBrokenChannel;
  private boolean ended;
  private boolean hasMoved;

  /** Begins to look for what is kept. */
  DiskVisits(Optional<DiskBaselines> disks, BaselineStore.Key key) {
    this.disks = disks;
    this.key = key;
    this.load =
        disks
            .map(each -> each.load(key))
            .orElseGet(() -> CompletableFuture.completedFuture(Map.of()));
  }

  /** Source: what to offer for the disk whose channel is opened next; stays the visit's. */
  @Nullable DiskBaseline next() {
    if (!load.isDone()) {
      disks.ifPresent(each -> each.late(key));
      return null;
    }
    return ended ? null : load.getNow(Map.of()).get(channels);
  }

  /** Source: waits until {@link #next} can tell, a short time at most; then runs on the loop. */
  void whenLoaded(EventLoop loop, long mostMillis, Runnable then) {
    var _ =
        load.copy()
            .completeOnTimeout(Map.of(), mostMillis, TimeUnit.MILLISECONDS)
            .thenRunAsync(then, loop);
  }

  /**
   * Destination: looks for the one that the source offers.
   *
   * @param answer called once on the loop, with a holder of its own or null
   */
  void find(
      Digest offered, EventLoop loop, long mostMillis, Consumer<@Nullable DiskBaseline> answer) {
    var _ =
        load.copy()
            .completeOnTimeout(Map.of(), mostMillis, TimeUnit.MILLISECONDS)
            .thenAcceptAsync(kept -> answer.accept(found(offered, kept)), loop);
  }

  private @Nullable DiskBaseline found(Digest offered, Map<Integer, DiskBaseline> kept) {
    for (DiskBaseline each : kept.values()) {
      if (!ended && Digest.of(each.id()).equals(offered)) {
        return each.retain();
      }
    }
    return null;
  }

  /** The channel of the next disk was opened. */
  void follow(ChannelEnd channel, boolean isSource) {
    int ordinal = channels++;
    Optional<DiskRecording> recording = disks.map(each -> each.record(key, ordinal, isSource));
    if (recording.isEmpty()) {
      return;
    }
    recorded.add(new Recorded(ordinal, recording.get()));
    if (isSource) {
      channel.baseline().recordSentDisk(recording.get());
    } else {
      channel.baseline().recordReceivedDisk(recording.get());
    }
    openChannels++;
    channel
        .baseline()
        .whenOver(isWhole -> {
          openChannels--;
          hasBrokenChannel |= !isWhole;
          if (!isWhole && channel.abortReason().contains(DAMAGE)) {
            disks.ifPresent(each -> each.dropDamaged(key, channel.abortReason()));
          }
          settle();
        });
  }

  void ended(boolean guestHasMoved) {
    ended = true;
    hasMoved = guestHasMoved;
    var _ = load.thenAccept(kept -> kept.values().forEach(DiskBaseline::close));
    settle();
  }

  private void settle() {
    if (!ended || openChannels > 0 || disks.isEmpty()) {
      return;
    }
    List<Recorded> over = List.copyOf(recorded);
    recorded.clear();
    for (Recorded each : over) {
      if (hasMoved && !hasBrokenChannel) {
        disks.get().keep(key, each.ordinal(), each.recording());
      } else {
        disks.get().giveUp(each.recording());
      }
    }
  }
}
