package io.novacron.dwcp.streams;

import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.congestion.SendTurn;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bulk frames of one session that wait for a stream, and who is next: migrations take turns by
 * bytes, and within a migration its channels do (deficit round robin, Shreedhar and Varghese 1995).
 * So neither a second disk nor a fuller queue gets a migration more, and whether there is a limit
 * or the streams are the limit makes no difference to that. Under a limit the turns of a migration
 * are also those among all that the limit is shared with; see {@link SendTurn}.
 *
 * <p>Session thread only.
 */
final class FairQueue {
  /** 16 KiB: a fraction of most frames, so that channels with large ones get no more. */
  private static final long QUANTUM_BYTES = 16 * 1024;

  /** Frames of one channel in the order in which they go. */
  static final class ChannelQueue {
    private final MigrationQueue migration;
    private final ArrayDeque<OutboundFrame> frames = new ArrayDeque<>();
    private long creditBytes;
    private boolean isInTurn;

    private ChannelQueue(MigrationQueue migration) {
      this.migration = migration;
    }

    /** Without those that the peer has meanwhile, or that nobody wants any more. */
    private boolean isEmpty() {
      OutboundFrame head = frames.peekFirst();
      while (head != null && head.isAcknowledged()) {
        frames.removeFirst().waiting(false);
        head = frames.peekFirst();
      }
      return head == null;
    }
  }

  private static final class MigrationQueue {
    final long id;
    final SendTurn turn;
    final ArrayDeque<ChannelQueue> channels = new ArrayDeque<>();
    int openChannels;
    boolean isInTurn;

    MigrationQueue(long id, SendTurn turn) {
      this.id = id;
      this.turn = turn;
    }

    boolean isEmpty() {
      ChannelQueue head = channels.peekFirst();
      while (head != null && head.isEmpty()) {
        channels.removeFirst().isInTurn = false;
        head = channels.peekFirst();
      }
      return head == null;
    }

    /** Only when it is not empty. */
    OutboundFrame poll() {
      ChannelQueue head = channels.getFirst();
      while (head.isEmpty() || head.creditBytes <= 0) {
        channels.removeFirst();
        if (head.isEmpty()) {
          head.isInTurn = false;
        } else {
          head.creditBytes += QUANTUM_BYTES;
          channels.addLast(head);
        }
        head = channels.getFirst();
      }
      OutboundFrame frame = head.frames.removeFirst();
      frame.waiting(false);
      head.creditBytes -= frame.wireBytes();
      return frame;
    }
  }

  private final SendLimits limits;
  private final Map<Long, MigrationQueue> migrations = new HashMap<>();
  private final ArrayDeque<MigrationQueue> inTurn = new ArrayDeque<>();

  FairQueue(SendLimits limits) {
    this.limits = limits;
  }

  /** A place for the frames of one channel, until it is closed. */
  ChannelQueue open(long migrationId) {
    MigrationQueue migration =
        migrations.computeIfAbsent(migrationId, id -> new MigrationQueue(id, new SendTurn(limits)));
    migration.openChannels++;
    return new ChannelQueue(migration);
  }

  /** Nothing more comes of this channel; to be called once. */
  void close(ChannelQueue channel) {
    channel.migration.openChannels--;
    if (channel.migration.openChannels == 0) {
      migrations.remove(channel.migration.id);
    }
  }

  void addLast(OutboundFrame frame) {
    enter(frame).frames.addLast(frame);
  }

  /** For a frame that is sent again: it comes before the newer ones of its channel. */
  void addFirst(OutboundFrame frame) {
    enter(frame).frames.addFirst(frame);
  }

  private ChannelQueue enter(OutboundFrame frame) {
    ChannelQueue channel = Objects.requireNonNull(frame.queue());
    MigrationQueue migration = channel.migration;
    if (!channel.isInTurn) {
      channel.isInTurn = true;
      migration.channels.addLast(channel);
    }
    if (!migration.isInTurn) {
      migration.isInTurn = true;
      inTurn.addLast(migration);
    }
    return channel;
  }

  /** The next frame that may go now; null when none waits or all have to wait for a limit. */
  @Nullable OutboundFrame poll(long nowNanos) {
    int refused = 0;
    while (refused < inTurn.size()) {
      MigrationQueue head = inTurn.getFirst();
      if (head.isEmpty()) {
        inTurn.removeFirst().isInTurn = false;
      } else if (head.turn.hasCredit()) {
        OutboundFrame frame = head.poll();
        head.turn.spend(frame.wireBytes());
        return frame;
      } else {
        refused = head.turn.advance(nowNanos) ? 0 : refused + 1;
        inTurn.addLast(inTurn.removeFirst());
      }
    }
    return null;
  }

  /** How long until {@link #poll} may give a frame, when it gave none though frames wait. */
  long waitNanos(long nowNanos) {
    long least = Long.MAX_VALUE;
    for (MigrationQueue each : inTurn) {
      least = Math.min(least, each.turn.waitNanos(nowNanos));
    }
    return least;
  }

  /** Whether no frame waits, save perhaps some that need not be sent any more. */
  boolean isEmpty() {
    return inTurn.isEmpty();
  }

  int frames() {
    int sum = 0;
    for (MigrationQueue migration : inTurn) {
      for (ChannelQueue channel : migration.channels) {
        sum += channel.frames.size();
      }
    }
    return sum;
  }

  long bytes() {
    long sum = 0;
    for (MigrationQueue migration : inTurn) {
      for (ChannelQueue channel : migration.channels) {
        for (OutboundFrame frame : channel.frames) {
          sum += frame.wireBytes();
        }
      }
    }
    return sum;
  }

  void clear() {
    for (MigrationQueue migration : inTurn) {
      migration.isInTurn = false;
      for (ChannelQueue channel : migration.channels) {
        channel.isInTurn = false;
        channel.frames.clear();
      }
      migration.channels.clear();
    }
    inTurn.clear();
  }
}
