package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.encoding.ChannelHistory;
import io.novacron.dwcp.encoding.CorruptBatchException;
import io.novacron.dwcp.encoding.DestinationDecoder;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.encoding.PageCounts;
import io.novacron.dwcp.encoding.TravelledPages;
import io.novacron.dwcp.encoding.UnpackedBatch;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.wire.BufferSource;
import io.novacron.dwcp.wire.Digest;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.Limits;
import io.novacron.dwcp.wire.PayloadBuffer;
import io.novacron.dwcp.wire.WireException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a channel from the streams to the local connection.
 *
 * <pre>
 * frames in any order -> [unpack: workers] -> [assemble and check: in order] -> local connection -> ACK
 *  those of the lane  -> [unpack: in order] ->
 *    what they name in files [read: workers] ->
 * </pre>
 *
 * <p>A batch that travelled as it is goes to the local connection from the memory it arrived in. A
 * frame is acknowledged when the kernel took its bytes for the local connection: so the sender's
 * backlog counts everything in between. Nothing of a batch is delivered before its digest held, and
 * the half-close only after the digest over all batches held. Memory: payload up to the credit this
 * side granted, a few unpacked batches, and at most {@link #MAX_UNDELIVERED_BYTES} towards a local
 * connection that does not read. Session thread only, but for the worker step.
 */
final class InboundPipe {
  /**
   * 1 MiB: four batches keep a fast reader busy; a slow one holds up the sender, not our memory.
   */
  private static final int MAX_UNDELIVERED_BYTES = 1024 * 1024;

  /** 16 KiB of payload unpack in some 20 us, about what two thread changes cost. */
  private static final int INLINE_BYTES = 16 * 1024;

  /** A frame that arrived and is not delivered yet. Its payload is needed until it is assembled. */
  private static final class Arrival {
    final @Nullable PayloadBuffer payload;
    final Frame.@Nullable End end;
    final int payloadBytes;
    @Nullable UnpackedBatch unpacked;
    boolean unpacking;

    Arrival(@Nullable PayloadBuffer payload, Frame.@Nullable End end) {
      this.payload = payload;
      this.end = end;
      this.payloadBytes = payload == null ? 0 : payload.bytes().remaining();
    }

    void free() {
      if (unpacked != null) {
        unpacked.close();
      }
      if (payload != null) {
        payload.release();
      }
    }
  }

  private final int channelId;
  private final DestinationDecoder decoder;
  private final SessionExecutor executor;
  private final SerialWork lane;
  private final BufferSource buffers;
  private final Supplier<LocalEnd> local;
  private final long receiveWindowBytes;
  private final Runnable ackDue;
  private final Consumer<Exception> failed;
  private final TreeMap<Long, Arrival> arrivals = new TreeMap<>();
  private long nextSequence;
  private long deliveredSequence;
  private long arrivedPayloadBytes;
  private long deliveredPayloadBytes;
  private long wireBytes;
  private int undeliveredBytes;
  private boolean advancing;
  private boolean ended;
  private boolean broken;
  private boolean dropped;

  InboundPipe(
      int channelId,
      ChannelParts parts,
      Supplier<LocalEnd> local,
      long receiveWindowBytes,
      Listener listener) {
    this.channelId = channelId;
    this.decoder = parts.decoder();
    this.executor = parts.executor();
    this.lane = new SerialWork(executor);
    this.buffers = parts.buffers();
    this.local = local;
    this.receiveWindowBytes = receiveWindowBytes;
    this.ackDue = listener::ackDue;
    this.failed = listener::failed;
  }

  /** Told what the pipe needs done. */
  interface Listener {
    void ackDue();

    void failed(Exception cause);
  }

  /** OPEN or OPENED, sequence 0, was handled: DATA may be delivered. */
  void opened() {
    if (nextSequence == 0) {
      nextSequence = 1;
      deliveredSequence = 1;
      ackDue.run();
      advance();
    }
  }

  /** Takes a DATA frame, in any order, perhaps for the second time; owns its payload. */
  void data(Frame.Data data) throws WireException {
    PayloadBuffer payload = data.payload();
    wireBytes += Limits.HEADER_BYTES + payload.bytes().remaining();
    if (dropped || ended || isKnown(data.sequence())) {
      payload.release();
      ackDue.run(); // the first acknowledgement may have been lost with its stream
      return;
    }
    int payloadBytes = payload.bytes().remaining();
    if (payloadBytes < Limits.MIN_DATA_BYTES) {
      payload.release();
      throw new WireException(
          "DATA of "
              + payloadBytes
              + " B on channel "
              + channelId
              + "; a batch has "
              + Limits.MIN_DATA_BYTES
              + " B at least");
    }
    if (isTooFarAhead(data.sequence())) {
      payload.release();
      throw tooFarAhead(data);
    }
    if (arrivedPayloadBytes + payloadBytes > creditBytes()) {
      payload.release();
      throw new WireException(
          "DATA of channel " + channelId + " exceeds its credit of " + creditBytes() + " B");
    }
    arrivedPayloadBytes += payloadBytes;
    arrivals.put(data.sequence(), new Arrival(payload, null));
    advance();
  }

  void end(Frame.End end) throws WireException {
    wireBytes += Limits.HEADER_BYTES + Long.BYTES + Digest.BYTES;
    if (dropped || ended || isKnown(end.sequence())) {
      ackDue.run();
      return;
    }
    if (isTooFarAhead(end.sequence())) {
      throw tooFarAhead(end);
    }
    arrivals.put(end.sequence(), new Arrival(null, end));
    advance();
  }

  private boolean isTooFarAhead(long sequence) {
    return sequence - nextSequence >= Limits.MAX_FRAMES_AHEAD;
  }

  private WireException tooFarAhead(Frame.Sequenced frame) {
    return new WireException(
        "sequence "
            + frame.sequence()
            + " of channel "
            + channelId
            + " while "
            + nextSequence
            + " is next; at most "
            + Limits.MAX_FRAMES_AHEAD
            + " ahead");
  }

  private boolean isKnown(long sequence) {
    return sequence < Math.max(1, nextSequence) || arrivals.containsKey(sequence);
  }

  /**
   * Goes on as far as it can. A local end that reports at once comes back here from within; the
   * outer call goes on then, so that the stack does not grow. A failure of ours breaks the channel.
   */
  private void advance() {
    if (advancing || broken || dropped) {
      return;
    }
    advancing = true;
    try {
      deliverInOrder();
    } catch (CorruptBatchException e) {
      fail(e);
    } catch (RuntimeException | OutOfMemoryError e) {
      fail(new IllegalStateException("this daemon failed: " + e, e));
    } finally {
      advancing = false;
    }
  }

  private void deliverInOrder() throws CorruptBatchException {
    unpackAhead();
    while (!broken && !dropped && nextSequence > 0 && undeliveredBytes < MAX_UNDELIVERED_BYTES) {
      Arrival head = arrivals.get(nextSequence);
      if (head == null || (head.end == null && head.unpacked == null)) {
        return;
      }
      if (head.end != null && undeliveredBytes > 0) {
        return; // the half-close waits for the last write, so that its ACK means all is delivered
      }
      arrivals.remove(nextSequence++);
      if (head.end != null) {
        finish(head.end);
      } else {
        deliver(head);
      }
      unpackAhead();
    }
  }

  /**
   * Starts unpacking of the frames at the head, a bounded few. Out of order ones as well, but for
   * those of the lane: they wait until all before them are here, since any may be of it.
   */
  private void unpackAhead() throws CorruptBatchException {
    int limit = 2 * executor.parallelism() + 2;
    long inOrder = nextSequence;
    for (Map.Entry<Long, Arrival> entry : arrivals.headMap(nextSequence + limit).entrySet()) {
      if (dropped) {
        return;
      }
      boolean isInOrder = entry.getKey() == inOrder;
      inOrder += isInOrder ? 1 : 0;
      Arrival arrival = entry.getValue();
      PayloadBuffer payload = arrival.payload;
      if (payload != null && !arrival.unpacking) {
        boolean isInLane = DestinationDecoder.isInLane(payload.bytes());
        if (isInOrder || !isInLane) {
          arrival.unpacking = true;
          unpack(arrival, payload, isInLane);
        }
      }
    }
  }

  private void unpack(Arrival arrival, PayloadBuffer payload, boolean isInLane)
      throws CorruptBatchException {
    if (arrival.payloadBytes <= INLINE_BYTES && !isInLane) {
      unpackNow(arrival, payload);
      return;
    }
    UnpackedBatch[] result = new UnpackedBatch[1];
    SessionExecutor.Work work = () -> result[0] = decoder.unpack(payload.bytes());
    Runnable done = () -> unpacked(arrival, payload, result[0]);
    Consumer<Exception> failure =
        e -> {
          payload.release();
          fail(e);
        };
    if (isInLane) {
      lane.run(work, done, failure);
    } else {
      executor.run(work, done, failure);
    }
  }

  private void unpackNow(Arrival arrival, PayloadBuffer payload) throws CorruptBatchException {
    UnpackedBatch batch = null;
    try {
      batch = decoder.unpack(payload.bytes());
    } finally {
      if (batch == null) {
        payload.release();
      }
    }
    if (batch.namesFiles()) {
      readFiles(arrival, payload, batch);
    } else {
      arrival.unpacked = batch;
    }
  }

  private void unpacked(Arrival arrival, PayloadBuffer payload, UnpackedBatch batch) {
    if (batch.namesFiles() && !dropped) {
      readFiles(arrival, payload, batch);
    } else {
      isReady(arrival, batch);
    }
  }

  /** In parallel, also for batches of the lane: a disk may take its time. */
  private void readFiles(Arrival arrival, PayloadBuffer payload, UnpackedBatch batch) {
    executor.run(
        () -> decoder.readFiles(batch),
        () -> isReady(arrival, batch),
        e -> {
          batch.close();
          payload.release();
          fail(e);
        });
  }

  private void isReady(Arrival arrival, UnpackedBatch batch) {
    arrival.unpacked = batch;
    if (dropped) {
      arrival.free();
    } else {
      advance();
    }
  }

  private void deliver(Arrival head) throws CorruptBatchException {
    UnpackedBatch unpacked = head.unpacked;
    PayloadBuffer payload = head.payload;
    if (unpacked == null || payload == null) {
      throw new IllegalStateException("batch " + (nextSequence - 1) + " is not unpacked");
    }
    int rawBytes = unpacked.rawBytes();
    PayloadBuffer out;
    try {
      out = unpacked.isAsItIs() ? inPlace(unpacked, payload) : assembled(unpacked);
    } finally {
      head.free();
    }
    undeliveredBytes += rawBytes;
    local.get().deliver(out, () -> delivered(rawBytes, head.payloadBytes));
  }

  /** The payload itself, once more: the arrival gives its own share back. */
  private PayloadBuffer inPlace(UnpackedBatch unpacked, PayloadBuffer payload)
      throws CorruptBatchException {
    decoder.checkInPlace(unpacked, payload.bytes());
    payload.retain();
    return payload;
  }

  private PayloadBuffer assembled(UnpackedBatch unpacked) throws CorruptBatchException {
    PayloadBuffer out = buffers.take(Math.max(1, unpacked.rawBytes()));
    boolean whole = false;
    try {
      decoder.assemble(unpacked, out.bytes());
      out.bytes().flip();
      whole = true;
      return out;
    } finally {
      if (!whole) {
        out.release();
      }
    }
  }

  private void delivered(int rawBytes, int payloadBytes) {
    undeliveredBytes -= rawBytes;
    deliveredPayloadBytes += payloadBytes;
    deliveredSequence++;
    ackDue.run();
    advance();
  }

  private void finish(Frame.End end) throws CorruptBatchException {
    Digest chain = Digest.of(decoder.chainDigest());
    if (end.rawBytes() != decoder.rawBytes() || !end.chainDigest().equals(chain)) {
      throw new CorruptBatchException(
          "channel "
              + channelId
              + " ends after "
              + decoder.rawBytes()
              + " B with chain digest "
              + chain
              + "; its sender counted "
              + end.rawBytes()
              + " B and "
              + end.chainDigest());
    }
    ended = true;
    deliveredSequence++;
    local.get().deliverEnd();
    ackDue.run();
  }

  /** From here on nothing is delivered; the listener resets the channel in its own time. */
  private void fail(Exception cause) {
    broken = true;
    failed.accept(cause);
  }

  /** What ACK says now. */
  Frame.Ack ack() {
    return new Frame.Ack(channelId, deliveredSequence, creditBytes());
  }

  private long creditBytes() {
    return Math.max(Limits.INITIAL_CREDIT_BYTES, deliveredPayloadBytes + receiveWindowBytes);
  }

  boolean isFinished() {
    return ended;
  }

  long rawBytes() {
    return decoder.rawBytes();
  }

  long wireBytes() {
    return wireBytes;
  }

  PageCounts pageCounts() {
    return decoder.pageCounts();
  }

  long residueBytes() {
    return decoder.residueBytes();
  }

  /** Before the first batch; see {@link DestinationDecoder#useBaseline}. */
  void useBaseline(Baseline baseline) {
    decoder.useBaseline(baseline);
  }

  /** See {@link DestinationDecoder#imageRoom}. */
  long imageRoom() {
    return decoder.imageRoom();
  }

  /** Before the first batch; see {@link DestinationDecoder#useImages}. */
  void useImages(List<ImageIndex> images) {
    decoder.useImages(images);
  }

  /** Before the first batch; see {@link DestinationDecoder#recordTo}. */
  void recordTo(TravelledPages.Recorder recorder, StreamParser parser) {
    decoder.recordTo(recorder, parser);
  }

  /** Once it is finished; see {@link DestinationDecoder#handOver}. */
  @Nullable ChannelHistory handOver() {
    return decoder.handOver();
  }

  /** Ends the pipe before its time; payload held by workers is released when they are done. */
  void drop() {
    dropped = true;
    for (Arrival arrival : arrivals.values()) {
      // a worker that has it, or failed with it, gives it back itself
      if (!arrival.unpacking || arrival.unpacked != null) {
        arrival.free();
      }
    }
    arrivals.clear();
  }

  void close() {
    if (!dropped) {
      drop();
    }
    decoder.close();
  }
}
