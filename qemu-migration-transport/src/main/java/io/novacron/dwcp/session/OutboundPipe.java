package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.encoding.Batch;
import io.novacron.dwcp.encoding.BatchBuilder;
import io.novacron.dwcp.encoding.BatchPool;
import io.novacron.dwcp.encoding.ChannelHistory;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.encoding.LaneChoice;
import io.novacron.dwcp.encoding.PageCounts;
import io.novacron.dwcp.encoding.SourceEncoder;
import io.novacron.dwcp.encoding.TravelledPages;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.page.StreamPhase;
import io.novacron.dwcp.plugin.ResidueCodec;
import io.novacron.dwcp.streams.ChannelSender;
import io.novacron.dwcp.streams.OutboundFrame;
import io.novacron.dwcp.wire.BufferSource;
import io.novacron.dwcp.wire.Digest;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.PayloadBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a channel from the local connection to the streams.
 *
 * <pre>
 * bytes -> builder -> [digest: workers] -> [reference: in order] -> [encode: workers] -> frame in its place
 *                                                                -> [encode: in the lane] ->
 * </pre>
 *
 * <p>Bounded twice: at most {@code 2 x workers + 2} batches are between builder and frame, and the
 * wire bytes under way stay within the sender's backlog window; {@link #wantsBytes()} is false
 * while either is full. No linger: when the local connection has no more to give, the open batch
 * goes at once, unless frames of this channel still wait in front of it, which by themselves will
 * drain. Small batches skip the workers: an RPC or a return-path message costs no thread change.
 * Session thread only, but for the two worker steps.
 */
final class OutboundPipe {
  /** 16 KiB: digest and level-0 framing of it cost 10 us, about what two thread changes do. */
  private static final int INLINE_BYTES = 16 * 1024;

  /** Told what the pipe needs done; neither is called back into the pipe at once. */
  interface Listener {
    /** There may be room, or due work. */
    void moved();

    void failed(Exception cause);
  }

  /** A batch on its way through the pipe. */
  private static final class Stage {
    final Batch batch;
    final int rawBytes;
    boolean digested;

    Stage(Batch batch, int rawBytes) {
      this.batch = batch;
      this.rawBytes = rawBytes;
    }
  }

  private final int channelId;
  private final StreamParser parser;
  private final BatchPool pool;
  private final BatchBuilder builder;
  private final SourceEncoder encoder;
  private final EncodingPace pace;
  private final @Nullable OutboundLane lane;
  private final ChannelSender sender;
  private final SessionExecutor executor;
  private final BufferSource buffers;
  private final boolean urgent;
  private final IntakeGate gate;
  private final Listener listener;
  private final ArrayDeque<Stage> digesting = new ArrayDeque<>();
  private int encoding;
  private long pendingRawBytes;
  private @Nullable ByteBuffer leftover;
  private @Nullable OutboundFrame endPlace;
  private boolean started;
  private boolean inputEnded;
  private boolean broken;
  private boolean dropped;

  /** The parts a pipe is made of; see {@link ChannelParts}. */
  OutboundPipe(int channelId, ChannelParts parts, ChannelSender sender, Listener listener) {
    this.channelId = channelId;
    this.parser = parts.parser();
    this.pool = parts.pool();
    this.builder = new BatchBuilder(pool, parser);
    this.encoder = parts.encoder();
    this.pace = new EncodingPace();
    this.lane = encoder.hasLane() ? new OutboundLane(parts.executor(), parts.nanoClock()) : null;
    this.sender = sender;
    this.executor = parts.executor();
    this.buffers = parts.buffers();
    this.urgent = parts.urgent();
    this.listener = listener;
    this.gate = new IntakeGate(parts, pace, sender, listener::moved);
  }

  /** What may be read of the local connection. */
  IntakeGate gate() {
    return gate;
  }

  /**
   * The peer is connected: frames may go. Bytes that the local connection gave before, unasked, as
   * it may when its other side is gone already, waited in the builder.
   */
  void start() {
    started = true;
    advance();
  }

  /**
   * Whether the local connection may be read: there is room for one full read, and for one more
   * that is not asked for (a socket whose other side went away).
   */
  boolean wantsBytes() {
    if (inputEnded || leftover != null || !pathHasRoom()) {
      return false;
    }
    boolean wants = digesting.size() + encoding < 2 * executor.parallelism() + 2 && gate.isOpen();
    if (!wants) {
      sender.window().lacksData();
    }
    return wants;
  }

  private boolean pathHasRoom() {
    long rawBytes = pendingRawBytes + builder.rawBytes();
    return sender.hasRoom(
        pace.expectedWireBytes(rawBytes),
        (long) (digesting.size() + encoding + 2) * SourceEncoder.maxPayloadBytes(),
        rawBytes);
  }

  /** Takes all of {@code in}; copied, since batches coalesce short reads into units of encoding. */
  void bytes(ByteBuffer in) {
    gate.took(in.remaining());
    if (leftover != null) {
      keep(in); // behind what waits already
      return;
    }
    append(in);
  }

  private void append(ByteBuffer in) {
    while (in.hasRemaining()) {
      boolean taken = builder.append(in);
      if (builder.isFull()) {
        submit();
      } else if (!taken && in.hasRemaining()) {
        keep(in);
        return;
      }
    }
  }

  /**
   * No batch could be had: what was read waits here, nothing more is read. Rare, at most one read,
   * which may come in several pieces.
   */
  private void keep(ByteBuffer in) {
    ByteBuffer former = leftover == null ? ByteBuffer.allocate(0) : leftover;
    leftover = ByteBuffer.allocate(former.remaining() + in.remaining()).put(former).put(in).flip();
  }

  /** Waits for a batch that another channel must give back: nothing of its own will wake it. */
  boolean isStarved() {
    return leftover != null;
  }

  /** The local connection has nothing more right now. */
  void wouldBlock() {
    if (!builder.isEmpty() && (isQuiet() || latencyFirst())) {
      submit();
    }
  }

  /** Nothing of this channel waits on this host, so waiting for more bytes would only delay. */
  private boolean isQuiet() {
    return digesting.isEmpty() && encoding == 0 && sender.unsentFrames() == 0;
  }

  private boolean latencyFirst() {
    return urgent || isSwitchover();
  }

  boolean isSwitchover() {
    return parser.phase() == StreamPhase.SWITCHOVER;
  }

  /** Half-close: the END frame follows the last batch. */
  void endOfInput() {
    inputEnded = true;
    submitAll();
    advance();
  }

  /** Something moved: frames were sent or acknowledged, or batches came back to the pool. */
  void resume() {
    if (dropped) {
      return;
    }
    ByteBuffer kept = leftover;
    if (kept != null) {
      leftover = null;
      append(kept);
    }
    if (inputEnded) {
      submitAll();
    } else {
      wouldBlock();
    }
    advance();
  }

  /** A full batch may leave the begun page at its end in a new one. */
  private void submitAll() {
    while (!builder.isEmpty()) {
      submit();
    }
  }

  private void submit() {
    Batch batch = builder.take();
    if (batch == null) {
      return;
    }
    if (pace.relays(sender)) {
      encoder.relay(batch);
    }
    int rawBytes = batch.rawBytes();
    Stage stage = new Stage(batch, rawBytes);
    pendingRawBytes += rawBytes;
    digesting.addLast(stage);
    if (rawBytes <= INLINE_BYTES) {
      encoder.digest(batch);
      stage.digested = true;
      advance();
      return;
    }
    executor.run(
        () -> encoder.digest(batch),
        () -> guarded(() -> digested(stage)),
        cause -> stageFailed(stage, cause));
  }

  /** Nothing is sent after it: a batch that is missing must not go unnoticed. */
  private void stageFailed(Stage stage, Exception cause) {
    broken = true;
    pool.give(stage.batch);
    listener.failed(cause);
  }

  /** A failure of ours on the session's thread breaks the channel; a guest must not wait for it. */
  private void guarded(Runnable completion) {
    try {
      completion.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      broken = true;
      listener.failed(new IllegalStateException("this daemon failed: " + e, e));
    }
  }

  private void digested(Stage stage) {
    stage.digested = true;
    if (dropped) {
      pool.give(stage.batch);
    }
    advance();
  }

  /** Gives places to the batches at the head whose digests are there, then to END. */
  private void advance() {
    if (!started || dropped || broken) {
      return;
    }
    while (!broken) {
      Stage head = digesting.peekFirst();
      if (head == null || !head.digested) {
        break;
      }
      digesting.removeFirst();
      encoder.reference(head.batch);
      encode(head, sender.place(latencyFirst()));
    }
    boolean isDrained = digesting.isEmpty() && leftover == null && builder.isEmpty();
    if (inputEnded && isDrained && endPlace == null && !broken) {
      sendEnd();
    }
  }

  private void sendEnd() {
    OutboundFrame place = sender.place(urgent);
    endPlace = place;
    Digest chain = Digest.of(encoder.chainDigest());
    sender.control(place, new Frame.End(channelId, place.sequence(), encoder.rawBytes(), chain));
  }

  /** Sends END again if its acknowledgement is missing. */
  void repeatEnd() {
    OutboundFrame sentEnd = endPlace;
    if (sentEnd != null) {
      sender.repeat(sentEnd);
    }
  }

  private void encode(Stage stage, OutboundFrame place) {
    ResidueCodec codec =
        latencyFirst()
            ? pace.latencyCodec(sender)
            : pace.codec(sender, digesting.size() + encoding);
    encoding++;
    if (stage.rawBytes <= INLINE_BYTES) {
      encodeInline(stage, place, codec);
      return;
    }
    OutboundLane used = lane;
    int effort =
        used == null || latencyFirst() || codec.wireId() == EncodingPace.STORED
            ? LaneChoice.ALONE
            : used.effort(stage.batch.newBytes(), sender);
    PayloadBuffer[] result = new PayloadBuffer[1];
    Runnable done = () -> guarded(() -> sent(stage, place, codec, result[0]));
    Consumer<Exception> failed =
        cause -> {
          encoding--;
          stageFailed(stage, cause);
        };
    if (used == null || effort == LaneChoice.ALONE) {
      executor.run(() -> result[0] = payload(stage.batch, codec), done, failed);
    } else {
      used.run(() -> result[0] = payloadInLane(stage.batch, effort), done, failed);
    }
  }

  private void encodeInline(Stage stage, OutboundFrame place, ResidueCodec codec) {
    PayloadBuffer payload;
    try {
      payload = payload(stage.batch, codec);
    } catch (RuntimeException | OutOfMemoryError e) {
      encoding--;
      stageFailed(stage, new IllegalStateException("this daemon failed: " + e, e));
      return;
    }
    sent(stage, place, codec, payload);
  }

  /**
   * Worker step. What did not shrink keeps the buffer it was encoded into; what did is copied into
   * one of its own size, since frames are held until acknowledged and most are a fifth of the raw.
   */
  private PayloadBuffer payload(Batch batch, ResidueCodec codec) {
    return payload(bytes -> encoder.encode(batch, codec, bytes));
  }

  private PayloadBuffer payloadInLane(Batch batch, int effort) {
    return payload(bytes -> encoder.encodeInLane(batch, effort, bytes));
  }

  private PayloadBuffer payload(ToIntFunction<ByteBuffer> encoding) {
    PayloadBuffer large = buffers.take(SourceEncoder.maxPayloadBytes());
    boolean kept = false;
    try {
      int length = encoding.applyAsInt(large.bytes());
      large.bytes().position(0).limit(length);
      kept = length > SourceEncoder.maxPayloadBytes() / 2;
      return kept ? large : fitting(large, length);
    } finally {
      if (!kept) {
        large.release();
      }
    }
  }

  private PayloadBuffer fitting(PayloadBuffer large, int length) {
    PayloadBuffer fitting = buffers.take(length);
    fitting.bytes().put(large.bytes()).flip();
    return fitting;
  }

  private void sent(Stage stage, OutboundFrame place, ResidueCodec codec, PayloadBuffer payload) {
    encoding--;
    pendingRawBytes -= stage.rawBytes;
    pool.give(stage.batch);
    gate.encoded(stage.rawBytes, payload.bytes().remaining());
    pace.encoded(stage.rawBytes, payload.bytes().remaining(), codec);
    sender.data(place, payload, stage.rawBytes);
  }

  /** All bytes and END are at the peer's local connection. */
  boolean isFinished() {
    return endPlace != null && sender.isAllAcknowledged();
  }

  /** All bytes that were taken so far are at the peer's local connection. */
  boolean isDelivered() {
    return builder.isEmpty()
        && digesting.isEmpty()
        && leftover == null
        && sender.isAllAcknowledged();
  }

  ChannelSender sender() {
    return sender;
  }

  /** With the zero pages that the stream itself names, which no encoding has to find. */
  PageCounts pageCounts() {
    return encoder.pageCounts().plus(new PageCounts(parser.zeroPageRecords(), 0, 0, 0, 0));
  }

  long rawBytes() {
    return encoder.rawBytes();
  }

  long residueBytes() {
    return encoder.residueBytes();
  }

  String parserDescription() {
    return parser.description();
  }

  /** Before the first byte; see {@link SourceEncoder#useBaseline}. */
  void useBaseline(Baseline baseline, BitSet missingAtPeer) {
    encoder.useBaseline(baseline, missingAtPeer);
  }

  /** See {@link SourceEncoder#imageRoom}. */
  long imageRoom() {
    return encoder.imageRoom();
  }

  /** Before the first byte; see {@link SourceEncoder#useImages}. */
  void useImages(List<ImageIndex> images) {
    encoder.useImages(images);
  }

  /** Before the first byte; see {@link SourceEncoder#recordTo}. */
  void recordTo(TravelledPages.Recorder recorder) {
    encoder.recordTo(recorder);
  }

  /** Once it is finished; see {@link SourceEncoder#handOver}. */
  @Nullable ChannelHistory handOver() {
    return encoder.handOver();
  }

  /** Ends the pipe before its time. Batches that workers hold come back when they are done. */
  void drop() {
    dropped = true;
    leftover = null;
    for (Batch open = builder.take(); open != null; open = builder.take()) {
      pool.give(open);
    }
    for (Stage stage : digesting) {
      if (stage.digested) {
        pool.give(stage.batch);
      }
    }
    sender.drop();
  }

  /** Frees the page history; call when no worker can hold this pipe's batches any more. */
  void close() {
    if (!dropped) {
      drop();
    }
    encoder.close();
  }
}
