package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.plugin.LaneCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Turns the DATA payloads of one direction of a channel back into its bytes, in steps:
 *
 * <pre>
 * unpack    any worker, payloads in parallel   checks, decodes, SHA-256 of what travelled;
 *           but those of the lane in order     see {@link #isInLane}
 * read      any worker, batches in parallel    only where {@link UnpackedBatch#namesFiles}
 * assemble  one thread, in stream order        resolves references and deltas, checks the digest
 * </pre>
 *
 * <p>After a {@link CorruptBatchException} from {@code assemble} every later one throws too: the
 * ring may hold what the source never sent.
 */
public final class DestinationDecoder implements AutoCloseable {

  private final PageKernels kernels;
  private final KeptPages kept;
  private final ChainDigest chain = new ChainDigest();
  private final BatchDigest batchDigest = new BatchDigest();
  private final PendingDeltas pending;
  private final @Nullable PageAddresses addresses;
  private final LaneDecoding lane;
  private final byte[] seenDigest = new byte[Sha256.BYTES];
  private volatile PageCounts pageCounts = PageCounts.NONE;
  private final AtomicLong residueBytes = new AtomicLong();
  private @Nullable ArrivedPages arrived;
  private boolean corrupt;

  /**
   * @param historyPages slots of the history ring, the same as at the source; 0 for none
   */
  public DestinationDecoder(int historyPages, PageKernels kernels) {
    this(historyPages, kernels, null);
  }

  /**
   * @param parser the same as at the source, so that the history can become a baseline; null for
   *     none
   */
  public DestinationDecoder(int historyPages, PageKernels kernels, @Nullable StreamParser parser) {
    this(historyPages, kernels, parser, null);
  }

  /**
   * @param laneCodec what the source may use besides the codecs that stand alone; null for nothing
   */
  public DestinationDecoder(
      int historyPages,
      PageKernels kernels,
      @Nullable StreamParser parser,
      @Nullable LaneCodec laneCodec) {
    this.lane = new LaneDecoding(laneCodec);
    this.kernels = kernels;
    this.kept = new KeptPages(historyPages);
    this.pending = new PendingDeltas(kernels, kept, batchDigest);
    this.addresses = parser == null ? null : new PageAddresses(parser, kept.places());
  }

  /**
   * Before the first {@link #assemble}: slots behind the ring name its pages. It is closed here.
   */
  public void useBaseline(Baseline baseline) {
    switch (baseline) {
      case BaselinePages pages -> kept.use(pages);
      case DiskBaseline disk -> kept.use(disk);
    }
  }

  /**
   * Before the first {@link #assemble}, on whose thread it is told of each batch that held.
   *
   * @param parser the same as at the source
   */
  public void recordTo(TravelledPages.Recorder recorder, StreamParser parser) {
    arrived = new ArrivedPages(parser, recorder);
  }

  /** Blocks that slots can name in all, once {@link #useBaseline} was called. */
  public long imageRoom() {
    return BatchFormat.MAX_HISTORY_PAGES - kept.imagesStart();
  }

  /**
   * Before the first {@link #assemble}, after any {@link #useBaseline}: slots behind all others
   * name their blocks. They are closed here.
   */
  public void useImages(List<ImageIndex> images) {
    kept.use(images);
  }

  /**
   * Whether {@link #unpack} of this payload must wait for that of all before it in the stream for
   * which this is true: they share a window. Looks at one byte, checks nothing.
   */
  public static boolean isInLane(ByteBuffer payload) {
    return BatchPayload.isInLane(payload);
  }

  /**
   * Step 1. Takes no memory that the payload asks for: every number is checked first, and the
   * memory it is decoded into has a fixed size.
   *
   * @param payload direct, one payload from position to limit; untouched, and to stay as it is
   *     until the batch is closed
   */
  public UnpackedBatch unpack(ByteBuffer payload) throws CorruptBatchException {
    return UnpackedBatch.of(payload, kernels, lane, kept.files().firstSlot());
  }

  /**
   * Step 2, for a batch that {@link UnpackedBatch#namesFiles}: reads what its references name in
   * files of this host, and checks it. Waits for the disk.
   *
   * @param batch stays the caller's to close
   */
  public void readFiles(UnpackedBatch batch) throws CorruptBatchException {
    UnpackedResidue residue = batch.residue();
    residue.filePages().read(residue, kept.files(), kernels);
  }

  /**
   * Step 3. Writes the raw bytes from the position of {@code out} on and moves it behind them. If
   * it throws, the position stays, and what lies behind it must not be used.
   *
   * @param batch stays the caller's to close
   * @param out at least {@link UnpackedBatch#rawBytes()} remaining
   */
  public void assemble(UnpackedBatch batch, ByteBuffer out) throws CorruptBatchException {
    UnpackedResidue residue = batch.residue();
    if (out.remaining() < residue.rawBytes) {
      throw new IllegalArgumentException(
          "room for %d B, the batch has %d B".formatted(out.remaining(), residue.rawBytes));
    }
    assemble(residue, out, false);
    out.position(out.position() + residue.rawBytes);
  }

  /**
   * Step 3 for a batch that {@link UnpackedBatch#isAsItIs}: the same checks, no byte is moved. If
   * it throws, the payload must not be used.
   *
   * @param batch stays the caller's to close
   * @param payload as it was given to {@link #unpack}; position and limit become those of the raw
   *     bytes
   */
  public void checkInPlace(UnpackedBatch batch, ByteBuffer payload) throws CorruptBatchException {
    UnpackedResidue residue = batch.residue();
    if (!batch.isAsItIs()) {
      throw new IllegalArgumentException("the payload is not the batch itself");
    }
    int start = payload.position() + BatchFormat.HEADER_BYTES + residue.literalsStart;
    ByteBuffer raw = payload.duplicate().position(start).limit(start + residue.rawBytes);
    assemble(residue, raw, true);
    payload.position(start).limit(start + residue.rawBytes);
  }

  private void assemble(UnpackedResidue residue, ByteBuffer out, boolean isInPlace)
      throws CorruptBatchException {
    if (corrupt) {
      throw new CorruptBatchException("a batch before this one was corrupt");
    }
    corrupt = true;
    batchDigest.clear();
    PageCounts counts =
        new Assembly(residue, out, kept, batchDigest, pending, addresses, isInPlace).run();
    batchDigest.finish(kernels, residue.literalsDigest, seenDigest);
    if (!Arrays.equals(seenDigest, residue.claimedDigest)) {
      throw new CorruptBatchException(
          "the digest of %d B at offset %d is not that of their source"
              .formatted(residue.rawBytes, chain.rawBytes()));
    }
    corrupt = false;
    PageAddresses wanted = addresses;
    if (wanted != null) {
      wanted.batch(out, residue.rawBytes);
    }
    ArrivedPages recorded = arrived;
    if (recorded != null) {
      if (residue.isRelayed()) {
        recorded.relayed(out, residue.rawBytes);
      } else {
        recorded.batch(out, residue.rawBytes, batchDigest);
      }
    }
    chain.add(seenDigest, residue.rawBytes);
    pageCounts = pageCounts.plus(counts);
    residueBytes.addAndGet(residue.bytes.limit());
  }

  /** After {@link #assemble} of the last batch, on its thread: what END must say. A copy. */
  public byte[] chainDigest() {
    return chain.bytes();
  }

  /** Raw bytes of all batches assembled so far. Any thread. */
  public long rawBytes() {
    return chain.rawBytes();
  }

  /** Of all batches assembled so far. Any thread. */
  public PageCounts pageCounts() {
    return pageCounts;
  }

  /** What the codec was given of all batches assembled so far. Any thread. */
  public long residueBytes() {
    return residueBytes.get();
  }

  /**
   * Instead of {@link #close}, after {@link #assemble} of the last batch: the history, for its new
   * owner to close. Null after {@link #close} and without a parser.
   */
  public @Nullable ChannelHistory handOver() {
    if (addresses == null || corrupt) {
      close();
      return null;
    }
    lane.close();
    return kept.handOver();
  }

  /** Frees the history, when no {@link #assemble} can run any more. A second call does nothing. */
  @Override
  public void close() {
    lane.close();
    kept.close();
  }
}
