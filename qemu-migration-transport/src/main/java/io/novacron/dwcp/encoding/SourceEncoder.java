package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.LaneCodec;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Turns the batches of one direction of a channel into DATA payloads, in three steps a batch:
 *
 * <pre>
 * digest     any worker, batches in parallel   which pages are zero, SHA-256 of the others
 * reference  one thread, in stream order       pages sent before become references; the chain
 * encode     any worker, batches in parallel   deltas against older versions; writes the payload;
 *            or in order, in the lane          the same, with one window over the batches
 * </pre>
 *
 * <p>Each step happens before the next of the same batch. No step keeps the batch or the payload.
 */
public final class SourceEncoder implements AutoCloseable {

  /**
   * Two busy cores at 400 Mbit/s spent a fifth more time for it and saved a thirtieth of the bytes;
   * efforts above the first are chosen only while the link is what a migration waits for.
   */
  private static final int LEAST_SHUFFLING_EFFORT = 1;

  private final PageKernels kernels;
  private final SentPages sent;
  private final ChainDigest chain = new ChainDigest();
  private final TravelledPages travelled = new TravelledPages();
  private TravelledPages.@Nullable Recorder recorder;
  private final @Nullable LaneCodec laneCodec;
  private final @Nullable Lane<LaneCodec.Encoder> lane;
  private final BatchForms forms;

  /** Without deltas: which pages are, is known when they are encoded. */
  private volatile PageCounts pageCounts = PageCounts.NONE;

  private final AtomicLong deltaPages = new AtomicLong();
  private final AtomicLong residueBytes = new AtomicLong();

  /**
   * @param historyPages slots of the history ring, the same as at the destination; 0 for none
   */
  public SourceEncoder(int historyPages, PageKernels kernels) {
    this(historyPages, kernels, null, BatchForms.FIRST);
  }

  /**
   * @param laneCodec for {@link #encodeInLane}, known to the destination; null for none
   * @param forms what the destination knows
   */
  public SourceEncoder(
      int historyPages, PageKernels kernels, @Nullable LaneCodec laneCodec, BatchForms forms) {
    this.laneCodec = laneCodec;
    this.forms = forms;
    this.lane = laneCodec == null ? null : new Lane<>(laneCodec::encoder);
    this.kernels = kernels;
    this.sent = new SentPages(historyPages);
  }

  /**
   * Room that {@link #encode} asks for: what zstd may need for a batch that it cannot shrink, 1/256
   * and a little more. A finished payload has at most 44 + 1032 bytes more than the batch, and up
   * to all of this in the lane.
   */
  public static int maxPayloadBytes() {
    return BatchFormat.HEADER_BYTES
        + BatchFormat.MAX_RESIDUE_BYTES
        + BatchFormat.MAX_RESIDUE_BYTES / 256
        + 128;
  }

  /**
   * Before step 1: the batch is to travel as it is. No page is looked at, none comes into the
   * history.
   */
  public void relay(Batch batch) {
    batch.relay(forms.relayed());
  }

  /** Step 1. */
  public void digest(Batch batch) {
    EncodeScratch scratch = EncodeScratch.FREE.take();
    ByteBuffer raw = batch.raw().duplicate().flip();
    BatchDigest records = scratch.batchDigest;
    records.clear();
    if (batch.isRelayed()) {
      int rawBytes = batch.rawBytes();
      scratch.blocks.digest(kernels, raw, 0, rawBytes, batch.pageDigests, scratch.literalsDigest);
      RelayedBlocks.addTo(records, rawBytes, batch.pageDigests);
    } else {
      digestPages(batch, raw, scratch);
    }
    records.finish(kernels, scratch.literalsDigest, batch.digest);
    EncodeScratch.FREE.give(scratch);
  }

  private void digestPages(Batch batch, ByteBuffer raw, EncodeScratch scratch) {
    PageSpans pages = new PageSpans(batch.pageOffsets, batch.pageCount(), PageSize.BYTES);
    kernels.digestNonZeroPages(raw, pages, batch.zero, batch.pageDigests);
    kernels.sha256(raw, scratch.literals(batch), scratch.literalsDigest);
    BatchDigest records = scratch.batchDigest;
    for (int i = 0; i < batch.pageCount(); i++) {
      addLiteral(records, batch.gapBefore(i));
      if (batch.zero[i] == 1) {
        records.zeroPage();
      } else {
        records.page(batch.pageDigests, i * Sha256.BYTES);
      }
    }
    addLiteral(records, batch.gapBefore(batch.pageCount()));
  }

  private static void addLiteral(BatchDigest records, int lengthBytes) {
    if (lengthBytes > 0) {
      records.literal(lengthBytes);
    }
  }

  /** Step 2. */
  public void reference(Batch batch) {
    int zero = 0;
    int full = 0;
    int baseline = 0;
    int image = 0;
    for (int i = 0; i < batch.pageCount(); i++) {
      if (batch.zero[i] == 1) {
        batch.slots[i] = Batch.ZERO_PAGE;
        zero++;
      } else {
        sent.place(batch, i);
        full += batch.slots[i] == Batch.NEW_PAGE ? 1 : 0;
        baseline += sent.isInBaseline(batch.slots[i]) ? 1 : 0;
        image += sent.isInImage(batch.slots[i]) ? 1 : 0;
      }
    }
    int pages = batch.pageCount();
    long literalBytes = batch.rawBytes() - (long) pages * PageSize.BYTES;
    chain.add(batch.digest, batch.rawBytes());
    int references = pages - zero - full - baseline - image;
    pageCounts =
        pageCounts.plus(new PageCounts(zero, references, 0, full, literalBytes, baseline, image));
    TravelledPages.Recorder told = recorder;
    if (told != null) {
      record(batch, told);
    }
  }

  private void record(Batch batch, TravelledPages.Recorder told) {
    travelled.clear(batch.raw());
    for (int i = 0; i < batch.pageCount(); i++) {
      if (batch.zero[i] != 1) {
        int digestOffset = i * Sha256.BYTES;
        travelled.add(
            batch.pageAddresses[i], batch.pageOffsets[i], batch.pageDigests, digestOffset);
      }
    }
    told.travelled(travelled);
  }

  /** Before the first {@link #reference}, on whose thread it is told of each batch. */
  public void recordTo(TravelledPages.Recorder wanted) {
    recorder = wanted;
  }

  /**
   * Step 3. Writes from the position of {@code payload} on and moves it behind the payload. What
   * the codec does not shrink is stored.
   *
   * @param payload direct, with at least {@link #maxPayloadBytes()} remaining
   * @return length of the payload
   * @throws IllegalArgumentException if the codec may need more room than there is
   */
  public int encode(Batch batch, ResidueCodec codec, ByteBuffer payload) {
    return codec.wireId() == StoredCodec.WIRE_ID
        ? store(batch, payload)
        : shrink(batch, codec, payload);
  }

  /** The residue is written where it stays: a relayed batch is copied once. */
  private int store(Batch batch, ByteBuffer payload) {
    EncodeScratch scratch = EncodeScratch.FREE.take();
    int start = payload.position();
    payload.position(start + BatchFormat.HEADER_BYTES);
    int tokens = writeResidue(batch, scratch, false, payload);
    int residueEnd = payload.position();
    int batchResidueBytes = residueEnd - start - BatchFormat.HEADER_BYTES;
    EncodeScratch.FREE.give(scratch);
    residueBytes.addAndGet(batchResidueBytes);
    payload.position(start);
    putHeader(payload, StoredCodec.WIRE_ID, tokens, batch.rawBytes(), batchResidueBytes);
    payload.put(batch.digest).position(residueEnd);
    return residueEnd - start;
  }

  private int shrink(Batch batch, ResidueCodec codec, ByteBuffer payload) {
    EncodeScratch scratch = EncodeScratch.FREE.take();
    ByteBuffer residue = scratch.residue.clear();
    int tokens = writeResidue(batch, scratch, false, residue);
    int batchResidueBytes = residue.flip().remaining();
    int start = payload.position();
    payload.position(start + BatchFormat.HEADER_BYTES);
    checkRoom(codec.name(), codec.maxEncodedBytes(batchResidueBytes), residue, payload);
    int encodedBytes = codec.encode(residue, payload);
    boolean stored = encodedBytes >= batchResidueBytes;
    if (stored) {
      payload.put(payload.position(), residue, 0, batchResidueBytes);
      encodedBytes = batchResidueBytes;
    }
    EncodeScratch.FREE.give(scratch);
    residueBytes.addAndGet(batchResidueBytes);
    payload.position(start);
    int wireId = stored ? StoredCodec.WIRE_ID : codec.wireId();
    putHeader(payload, wireId, tokens, batch.rawBytes(), batchResidueBytes);
    payload.put(batch.digest).position(payload.position() + encodedBytes);
    return BatchFormat.HEADER_BYTES + encodedBytes;
  }

  /** Whether {@link #encodeInLane} may be called. */
  public boolean hasLane() {
    return lane != null;
  }

  /**
   * Step 3 in the lane: batches in the order of the stream, each when the one before is done. What
   * does not shrink travels in it all the same. Else as {@link #encode}.
   *
   * @param effort see {@link LaneCodec.Encoder#encode}
   * @throws IllegalStateException without a lane, after {@link #close}, or beside another call
   */
  public int encodeInLane(Batch batch, int effort, ByteBuffer payload) {
    LaneCodec codec = laneCodec;
    Lane<LaneCodec.Encoder> used = lane;
    if (codec == null || used == null) {
      throw new IllegalStateException("this direction has no lane");
    }
    LaneCodec.Encoder laneEncoder = used.enter();
    EncodeScratch scratch = EncodeScratch.FREE.take();
    try {
      boolean shuffles = forms.shuffled() && effort >= LEAST_SHUFFLING_EFFORT;
      int tokens = writeResidue(batch, scratch, shuffles, scratch.residue.clear());
      int batchResidueBytes = scratch.residue.flip().remaining();
      int start = payload.position();
      payload.position(start + BatchFormat.HEADER_BYTES);
      checkRoom(codec.name(), codec.maxEncodedBytes(batchResidueBytes), scratch.residue, payload);
      int encodedBytes = laneEncoder.encode(scratch.residue, payload, effort);
      residueBytes.addAndGet(batchResidueBytes);
      payload.position(start);
      putHeader(payload, codec.wireId(), tokens, batch.rawBytes(), batchResidueBytes);
      payload.put(batch.digest).position(payload.position() + encodedBytes);
      return BatchFormat.HEADER_BYTES + encodedBytes;
    } finally {
      EncodeScratch.FREE.give(scratch);
      used.leave();
    }
  }

  /**
   * Moves the position of {@code residue} behind it; returns the token count.
   *
   * @param shuffles whether pages are shuffled where that pays; not in a residue that is stored
   */
  private int writeResidue(
      Batch batch, EncodeScratch scratch, boolean shuffles, ByteBuffer residue) {
    deltaPages.addAndGet(sent.writeDeltas(batch, scratch.deltas, kernels));
    scratch.newPages.choose(batch, scratch.deltas, kernels, shuffles);
    return ResidueWriter.write(batch, scratch.deltas, scratch.newPages, kernels, residue);
  }

  private static void checkRoom(String codec, int room, ByteBuffer residue, ByteBuffer payload) {
    if (room > payload.remaining()) {
      throw new IllegalArgumentException(
          "%s may write %d B for a residue of %d B, the payload has room for %d B"
              .formatted(codec, room, residue.remaining(), payload.remaining()));
    }
  }

  private static void putHeader(
      ByteBuffer payload, int wireId, int tokens, int rawBytes, int residueBytes) {
    ByteOrder order = payload.order();
    payload.order(ByteOrder.BIG_ENDIAN);
    payload.put((byte) wireId).put((byte) 0).putShort((short) tokens);
    payload.putInt(rawBytes).putInt(residueBytes).order(order);
  }

  /** After {@link #reference} of the last batch, on its thread: for the END frame. A copy. */
  public byte[] chainDigest() {
    return chain.bytes();
  }

  /** Raw bytes of all batches referenced so far. Any thread. */
  public long rawBytes() {
    return chain.rawBytes();
  }

  /** What all batches encoded so far left for the codec. Any thread. */
  public long residueBytes() {
    return residueBytes.get();
  }

  /** Of all batches referenced so far; a delta counts as full until it is encoded. Any thread. */
  public PageCounts pageCounts() {
    long deltas = deltaPages.get();
    PageCounts counts = pageCounts;
    return new PageCounts(
        counts.zero(),
        counts.reference(),
        deltas,
        counts.full() - deltas,
        counts.literalBytes(),
        counts.baseline(),
        counts.image());
  }

  /**
   * Before the first {@link #reference}: the destination holds this baseline too, but for some
   * pages. It is closed here.
   */
  public void useBaseline(Baseline baseline, BitSet missingAtPeer) {
    switch (baseline) {
      case BaselinePages pages -> sent.use(new AgreedBaseline(pages, missingAtPeer));
      case DiskBaseline disk -> sent.use(new AgreedDisk(disk, missingAtPeer));
    }
  }

  /** Blocks that slots can name in all, once {@link #useBaseline} was called. */
  public long imageRoom() {
    return BatchFormat.MAX_HISTORY_PAGES - sent.imagesStart();
  }

  /**
   * Before the first {@link #reference}, after any {@link #useBaseline}: the destination has these
   * images too. They are closed here.
   */
  public void useImages(List<ImageIndex> images) {
    sent.use(images);
  }

  /**
   * Instead of {@link #close}, when all batches are encoded: the history, for its new owner to
   * close. Null after {@link #close}.
   */
  public @Nullable ChannelHistory handOver() {
    closeLane();
    return sent.handOver();
  }

  /** Frees the history, when no {@link #reference} can run any more. A second call does nothing. */
  @Override
  public void close() {
    closeLane();
    sent.close();
  }

  private void closeLane() {
    if (lane != null) {
      lane.close();
    }
  }
}
