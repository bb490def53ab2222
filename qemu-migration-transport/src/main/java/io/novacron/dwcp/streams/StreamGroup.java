package io.novacron.dwcp.streams;

import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.congestion.SendTurn;
import io.novacron.dwcp.wire.Limits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one session and the frames that wait for one. Any frame goes over any stream: each
 * stream takes the next frame when it can send, so a slow stream takes few and a dead one none.
 * Order is the receiver's business (sequence numbers per channel).
 *
 * <p>Urgent frames (control, RPC, return path, the end of a migration) overtake bulk ones; those of
 * bulk are taken fairly, see {@link FairQueue}. Both wait for the operator's limits, which so look
 * to {@link io.novacron.dwcp.congestion.BacklogWindow} like a slow link: what waits is on its way.
 * What no channel has in its order, acknowledgements for one, never waits for a limit, and small
 * urgent frames only when they have taken far more than their share; the others pay for them.
 * Queues are bounded by the channels: a channel has at most its backlog window outstanding.
 * Unsequenced frames answer the peer's: while {@link #isFlooded()} no more of those may be taken,
 * and without a stream they are not kept, since each new stream begins with their repetition. When
 * a stream dies, its unacknowledged frames go to the head of the queue in their old order. Session
 * thread only.
 */
public final class StreamGroup {
  /** Four for each channel that can be open: no peer that reads lets so many wait. */
  static final int MAX_UNSEQUENCED = 4 * Limits.MAX_OPEN_CHANNELS;

  /** 5 ms: an eighth of the queue that a backlog window allows; asked for each batch. */
  private static final long LINK_QUEUE_NANOS = 5_000_000L;

  /** 32 KiB: any RPC message but the largest descriptions of guests. */
  static final int PROMPT_BYTES = 32 * 1024;

  /** 64 KiB: what a batch of a guest's pages becomes. */
  private static final double LEAST_TYPICAL_BYTES = 64 * 1024;

  /** Weight of the newest bulk frame in the size of a typical one. */
  private static final double NEWEST = 0.05;

  /** 1 ms: a burst of the limits makes up for turns that came earlier. */
  private static final long LEAST_WAIT_NANOS = 1_000_000L;

  /** 20 ms: a limit that was raised is noticed within it. */
  private static final long MOST_WAIT_NANOS = 20_000_000L;

  /** Runs something on the session's thread after so long. */
  @FunctionalInterface
  public interface Alarm {
    void after(long delayNanos, Runnable action);
  }

  private final SendLimits limits;
  private final LongSupplier nanoClock;
  private final Alarm alarm;
  private final Runnable whenDue = this::due;
  private final ArrayDeque<OutboundFrame> unordered = new ArrayDeque<>();
  private final ArrayDeque<OutboundFrame> prompt = new ArrayDeque<>();
  private final ArrayDeque<OutboundFrame> urgent = new ArrayDeque<>();
  private final SendTurn urgentTurn;
  private final FairQueue bulk;
  private final PathHealth health = new PathHealth();
  private final List<StreamLink> links = new ArrayList<>();
  private final Map<StreamLink, ArrayDeque<OutboundFrame>> inFlight = new HashMap<>();
  private int nextLink;
  private int unsequenced;
  private boolean pumping;
  private long resentFrames;
  private long wireBytes;
  private double typicalBytes = LEAST_TYPICAL_BYTES;
  private int usedStreams = Integer.MAX_VALUE;
  private long acknowledgedBytes;
  private long fullBytes;
  private long linkQueueBytes;
  private long linkQueueSeenNanos;
  private boolean linkQueueSeen;
  private boolean isAlarmSet;

  public StreamGroup(SendLimits limits, LongSupplier nanoClock, Alarm alarm) {
    this.limits = limits;
    this.nanoClock = nanoClock;
    this.alarm = alarm;
    this.urgentTurn = new SendTurn(limits);
    this.bulk = new FairQueue(limits);
  }

  /** A place for the frames of a channel that are not urgent. */
  FairQueue.ChannelQueue open(long migrationId) {
    return bulk.open(migrationId);
  }

  void close(FairQueue.ChannelQueue channel) {
    bulk.close(channel);
  }

  public void add(StreamLink link) {
    links.add(link);
    inFlight.put(link, new ArrayDeque<>());
    pump();
  }

  /** Takes the stream out; its unacknowledged frames wait for another. Harmless when repeated. */
  public void remove(StreamLink link) {
    ArrayDeque<OutboundFrame> lost = inFlight.remove(link);
    links.remove(link);
    if (lost == null) {
      return;
    }
    List<OutboundFrame> again = new ArrayList<>();
    for (OutboundFrame frame : lost) {
      if (!frame.isAcknowledged() && !frame.isWaiting()) {
        again.add(frame);
      }
    }
    again.sort(Comparator.comparingLong(OutboundFrame::sequence).reversed());
    for (OutboundFrame frame : again) {
      frame.waiting(true);
      enqueueFirst(frame);
    }
    resentFrames += again.size();
    pump();
  }

  /** Queues a filled frame and sends what can be sent. */
  public void offer(OutboundFrame frame) {
    if (frame.isSequenced()) {
      frame.waiting(true);
    } else if (links.isEmpty()) {
      return;
    } else {
      unsequenced++;
    }
    enqueueLast(frame);
    pump();
  }

  private void enqueueLast(OutboundFrame frame) {
    if (!frame.isSequenced()) {
      unordered.addLast(frame);
    } else if (frame.isUrgent()) {
      urgentQueueOf(frame).addLast(frame);
    } else {
      bulk.addLast(frame);
    }
  }

  private void enqueueFirst(OutboundFrame frame) {
    if (frame.isUrgent()) {
      urgentQueueOf(frame).addFirst(frame);
    } else {
      bulk.addFirst(frame);
    }
  }

  private ArrayDeque<OutboundFrame> urgentQueueOf(OutboundFrame frame) {
    return frame.wireBytes() <= PROMPT_BYTES ? prompt : urgent;
  }

  /** Sends a frame once more that the peer may not have; nothing happens while it waits anyway. */
  void repeat(OutboundFrame frame) {
    if (!frame.isAcknowledged() && !frame.isWaiting()) {
      resentFrames++;
      offer(frame);
    }
  }

  /** The peer asks for answers and does not read them. */
  public boolean isFlooded() {
    return unsequenced >= MAX_UNSEQUENCED;
  }

  /** Hands waiting frames to the streams that can send; called again when one becomes able to. */
  public void pump() {
    if (pumping) {
      return; // a send made its stream writable again: the loop below looks at it anyway
    }
    pumping = true;
    try {
      sendWhatCanBeSent();
    } finally {
      pumping = false;
    }
  }

  private void sendWhatCanBeSent() {
    long now = nanoClock.getAsLong();
    StreamLink link = nextAbleLink();
    while (link != null) {
      OutboundFrame frame = poll(now);
      if (frame == null) {
        awaitTurn(now);
        return;
      }
      ArrayDeque<OutboundFrame> sent = inFlight.get(link);
      if (frame.isSequenced() && sent != null) {
        forgetAcknowledged(sent);
        sent.addLast(frame);
      }
      nextLink++;
      wireBytes += frame.wireBytes();
      if (frame.payload() != null) {
        double size = Math.max(LEAST_TYPICAL_BYTES, frame.wireBytes());
        typicalBytes += NEWEST * (size - typicalBytes);
      }
      limits.sent(frame.wireBytes());
      frame.sent();
      link.send(frame);
      link = nextAbleLink();
    }
  }

  private static void forgetAcknowledged(ArrayDeque<OutboundFrame> sent) {
    for (OutboundFrame head = sent.peekFirst(); head != null; head = sent.peekFirst()) {
      if (!head.isAcknowledged()) {
        return;
      }
      sent.removeFirst();
    }
  }

  private @Nullable OutboundFrame poll(long nowNanos) {
    OutboundFrame frame = pollLive(unordered);
    if (frame == null && !prompt.isEmpty() && !limits.isOverdrawn(nowNanos)) {
      frame = pollLive(prompt);
    }
    if (frame != null) {
      limits.overdraw(frame.wireBytes(), nowNanos);
      return frame;
    }
    frame = hasUrgent() ? pollUrgent(nowNanos) : null;
    return frame != null ? frame : bulk.poll(nowNanos);
  }

  private boolean hasUrgent() {
    return !prompt.isEmpty() || !urgent.isEmpty();
  }

  private @Nullable OutboundFrame pollUrgent(long nowNanos) {
    while (!urgentTurn.hasCredit()) {
      if (!urgentTurn.advance(nowNanos)) {
        return null;
      }
    }
    OutboundFrame small = pollLive(prompt);
    OutboundFrame frame = small != null ? small : pollLive(urgent);
    if (frame != null) {
      urgentTurn.spend(frame.wireBytes());
    }
    return frame;
  }

  /** One timer at a time; what wakes this group before it is due does no harm. */
  private void awaitTurn(long nowNanos) {
    boolean isWaiting = hasUrgent() || !bulk.isEmpty();
    if (isWaiting && !isAlarmSet) {
      isAlarmSet = true;
      long wait = bulk.waitNanos(nowNanos);
      wait = hasUrgent() ? Math.min(wait, urgentTurn.waitNanos(nowNanos)) : wait;
      alarm.after(Math.clamp(wait, LEAST_WAIT_NANOS, MOST_WAIT_NANOS), whenDue);
    }
  }

  private void due() {
    isAlarmSet = false;
    pump();
  }

  private @Nullable OutboundFrame pollLive(ArrayDeque<OutboundFrame> queue) {
    OutboundFrame frame = queue.pollFirst();
    while (frame != null) {
      frame.waiting(false);
      unsequenced -= frame.isSequenced() ? 0 : 1;
      if (!frame.isAcknowledged()) {
        return frame;
      }
      frame = queue.pollFirst();
    }
    return null;
  }

  /** The next stream in turn that can send, so that equal streams share evenly. */
  private @Nullable StreamLink nextAbleLink() {
    if (unordered.isEmpty() && !hasUrgent() && bulk.isEmpty()) {
      return null;
    }
    int used = usedStreams();
    for (int i = 0; i < used; i++) {
      StreamLink link = links.get((nextLink + i) % used);
      if (link.canSend()) {
        nextLink = (nextLink + i) % used; // it is its turn until it gets a frame
        return link;
      }
    }
    return null;
  }

  /**
   * Bytes that wait for a stream or that the streams have not brought to the peer's kernel yet, as
   * seen within the last {@link #LINK_QUEUE_NANOS}.
   */
  public long linkQueueBytes(long nowNanos) {
    if (!linkQueueSeen || nowNanos - linkQueueSeenNanos > LINK_QUEUE_NANOS) {
      linkQueueSeen = true;
      linkQueueSeenNanos = nowNanos;
      linkQueueBytes =
          bytesOf(unordered)
              + bytesOf(prompt)
              + bytesOf(urgent)
              + bulk.bytes()
              + links.stream().mapToLong(StreamLink::unconfirmedBytes).sum();
    }
    return linkQueueBytes;
  }

  private static long bytesOf(ArrayDeque<OutboundFrame> queue) {
    return queue.stream().mapToLong(OutboundFrame::wireBytes).sum();
  }

  /** Looks at what the kernel says of the streams; several times a second. */
  public void look(long minRttNanos, long nowNanos) {
    health.look(links, wireBytes, minRttNanos, nowNanos);
  }

  public PathHealth health() {
    return health;
  }

  /**
   * What must be under way on a path that loses packets, so that no stream waits for another's
   * loss: one and a half typical frames on each. 0 on a path that does not.
   */
  long lossyBacklogBytes() {
    return health.isLossy() ? (long) (1.5 * typicalBytes * usedStreams()) : 0;
  }

  /** From now on only so many carry frames, the oldest; the others stand by. */
  public void use(int streams) {
    usedStreams = streams;
    pump();
  }

  private int usedStreams() {
    return Math.min(usedStreams, links.size());
  }

  /**
   * The peer delivered so many bytes.
   *
   * @param wasFull whether they were sent as fast as the path allows
   */
  void acknowledged(long bytes, boolean wasFull) {
    acknowledgedBytes += bytes;
    fullBytes += wasFull ? bytes : 0;
  }

  /** Bytes of frames that the peer delivered since the session began. */
  public long acknowledgedBytes() {
    return acknowledgedBytes;
  }

  /** Those of them that were sent as fast as the path allows. */
  public long fullBytes() {
    return fullBytes;
  }

  public int liveStreams() {
    return links.size();
  }

  public List<StreamLink> links() {
    return List.copyOf(links);
  }

  public int queuedFrames() {
    return unordered.size() + prompt.size() + urgent.size() + bulk.frames();
  }

  public long resentFrames() {
    return resentFrames;
  }

  /** Bytes handed to streams since the session began, re-sent frames counted again. */
  public long wireBytes() {
    return wireBytes;
  }

  /** Forgets everything that waits; the session is over. */
  public void clear() {
    unordered.clear();
    prompt.clear();
    urgent.clear();
    bulk.clear();
    unsequenced = 0;
    for (StreamLink link : links()) {
      links.remove(link);
      inFlight.remove(link);
    }
  }
}
