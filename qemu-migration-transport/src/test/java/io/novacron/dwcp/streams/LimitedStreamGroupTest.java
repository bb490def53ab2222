package io.novacron.dwcp.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.congestion.BacklogWindow;
import io.novacron.dwcp.congestion.PathRate;
import io.novacron.dwcp.congestion.RateLimit;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.testing.CountingBuffers;
import io.novacron.dwcp.testing.ManualClock;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.FrameEncoder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitedStreamGroupTest {
  private static final int MIB = 1024 * 1024;
  private static final int BATCH_BYTES = 256 * 1024;

  private final ManualClock clock = new ManualClock();
  private final CountingBuffers buffers = new CountingBuffers();
  private final RateLimit peer = new RateLimit(10 * MIB, clock.getAsLong());
  private final SendLimits limits = new SendLimits(peer, RateLimit.none());
  private final ArrayDeque<Runnable> alarms = new ArrayDeque<>();
  private final StreamGroup group = new StreamGroup(limits, clock, this::alarm);
  private final Counter link = new Counter();
  private long soonestNanos;

  private void alarm(long delayNanos, Runnable action) {
    soonestNanos = delayNanos;
    alarms.addLast(action);
  }

  /** Counts the bytes of each channel; that of frames without one is 0. */
  private static final class Counter implements StreamLink {
    final Map<Integer, Long> bytes = new HashMap<>();
    int frames = Integer.MAX_VALUE;

    long of(int channelId) {
      return bytes.getOrDefault(channelId, 0L);
    }

    @Override
    public boolean canSend() {
      return frames > 0;
    }

    @Override
    public long unconfirmedBytes() {
      return 0;
    }

    @Override
    public TcpState tcp() {
      return TcpState.UNKNOWN;
    }

    @Override
    public void send(OutboundFrame frame) {
      frames--;
      bytes.merge(frame.channelId(), (long) frame.wireBytes(), Long::sum);
    }

    @Override
    public void close(String reason) {
      frames = 0;
    }
  }

  private ChannelSender sender(int channelId, long migrationId) {
    BacklogWindow window = new BacklogWindow(1 << 26, clock.getAsLong(), PathRate.UNKNOWN);
    return new ChannelSender(channelId, migrationId, group, window, clock, () -> {});
  }

  private void data(ChannelSender of, boolean urgent, int payloadBytes, int count) {
    for (int i = 0; i < count; i++) {
      of.data(of.place(urgent), buffers.take(payloadBytes), payloadBytes);
    }
  }

  private void pass(long millis) {
    for (long passed = 0; passed < millis; passed++) {
      clock.advanceMillis(1);
      for (int due = alarms.size(); due > 0; due--) {
        alarms.removeFirst().run();
      }
    }
  }

  @Test
  void holdsBackBulkAndWakesByItselfWhenItsTurnComes() {
    group.add(link);
    data(sender(1, 1), false, BATCH_BYTES, 40);
    assertEquals(1, alarms.size(), "one timer, however many frames wait");
    assertTrue(soonestNanos <= 20_000_000L, "a raised limit is noticed soon");
    pass(500);
    assertTrue(
        Math.abs(link.of(1) - 5 * MIB) <= 2 * BATCH_BYTES, link.of(1) + " B in half a second");
    pass(600);
    assertEquals(0, group.queuedFrames());
    assertEquals(0, alarms.size(), "nothing to wait for");
    assertEquals(link.of(1), peer.sentBytes());
  }

  @Test
  void letsWhatIsSmallAndUrgentPass() {
    group.add(link);
    data(sender(1, 1), false, BATCH_BYTES, 40);
    group.offer(OutboundFrame.unsequenced(FrameEncoder.encode(new Frame.Ping(1))));
    ChannelSender rpc = sender(2, 2);
    for (int i = 0; i < 100; i++) {
      long before = link.of(2);
      data(rpc, true, 1000, 1);
      assertTrue(link.of(2) > before, "an RPC message went at once");
      pass(1);
    }
    assertTrue(link.of(0) > 0, "the ping went");
    long together = link.of(1) + link.of(2);
    assertTrue(together <= MIB + 2 * BATCH_BYTES, together + " B in 100 ms: bulk paid for it");
  }

  @Test
  void letsUrgentFramesPassOnlyAsFarAsCallsOfLibvirtGo() {
    group.add(link);
    data(sender(1, 1), true, 20_000, 500); // a last round that compresses well
    assertTrue(link.of(1) <= MIB + MIB / 10, link.of(1) + " B at once");
    group.offer(OutboundFrame.unsequenced(FrameEncoder.encode(new Frame.Ping(1))));
    assertTrue(link.of(0) > 0, "the ping went");
    pass(200);
    assertTrue(link.of(1) <= 3L * MIB + MIB / 5, link.of(1) + " B in 200 ms");
    pass(900);
    assertEquals(0, group.queuedFrames());
  }

  @Test
  void holdsBackTheLastRoundOfAGuestToo() {
    group.add(link);
    data(sender(1, 1), true, BATCH_BYTES, 20);
    pass(100);
    assertTrue(link.of(1) <= MIB + 2 * BATCH_BYTES, link.of(1) + " B in 100 ms");
    pass(400);
    assertEquals(0, group.queuedFrames());
  }

  @Test
  void givesMigrationsTheSameWhateverTheNumberOfTheirChannelsAndTheSizeOfTheirFrames() {
    group.add(link);
    data(sender(1, 1), false, BATCH_BYTES, 80);
    data(sender(2, 2), false, 20_000, 1_000);
    data(sender(3, 2), false, BATCH_BYTES, 80);
    data(sender(4, 2), false, 60_000, 300);
    pass(2_000);
    long one = link.of(1);
    long other = link.of(2) + link.of(3) + link.of(4);
    assertTrue(Math.abs(one - other) <= 2L * BATCH_BYTES, one + " and " + other);
    assertTrue(Math.abs(link.of(2) - link.of(3)) <= 2L * BATCH_BYTES, "channels of one migration");
    assertTrue(Math.abs(link.of(2) - link.of(4)) <= 2L * BATCH_BYTES, "channels of one migration");
  }

  @Test
  void isFairWithoutALimitAsWell() {
    peer.change(RateLimit.NONE, clock.getAsLong());
    link.frames = 0;
    group.add(link);
    data(sender(1, 1), false, BATCH_BYTES, 80);
    data(sender(2, 2), false, BATCH_BYTES, 80);
    link.frames = 40;
    group.pump();
    assertTrue(link.of(1) + link.of(2) >= 40L * BATCH_BYTES, "all that the link takes");
    assertTrue(Math.abs(link.of(1) - link.of(2)) <= BATCH_BYTES + 32, "two full queues");
    assertEquals(0, alarms.size(), "no limit, no timer");
  }

  @Test
  void takesALimitThatChangesWhileFramesWait() {
    group.add(link);
    data(sender(1, 1), false, BATCH_BYTES, 400);
    pass(500);
    long before = link.of(1);
    peer.change(40 * MIB, clock.getAsLong());
    pass(500);
    long raised = link.of(1) - before;
    assertTrue(Math.abs(raised - 20 * MIB) <= MIB, raised + " B in half a second");
    peer.change(RateLimit.NONE, clock.getAsLong());
    pass(20);
    assertEquals(0, group.queuedFrames());
  }
}
