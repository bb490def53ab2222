package io.novacron.dwcp.encoding;

import io.novacron.dwcp.page.PageSink;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.StreamParser;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one direction of a channel into batches and notes where its parser saw pages. A page that
 * the parser announced wrongly costs ratio, never a byte. For one thread at a time.
 */
public final class BatchBuilder {

  private static final long NO_PAGE = -1;

  private final BatchPool pool;
  private final StreamParser parser;
  private final PageSink sink = this::announced;
  private @Nullable Batch open;

  /** Stream offset of the first byte of the open batch. */
  private long openStart;

  /** Bytes of the stream that lie in batches so far. */
  private long streamBytes;

  /** Where the piece ends that the parser sees at the moment. */
  private long parsedEnd;

  /** The page that was announced last and is not known to be whole in the open batch yet. */
  private long pageStart = NO_PAGE;

  /** Which page of the guest it is. */
  private long begunPageAddress;

  public BatchBuilder(BatchPool pool, StreamParser parser) {
    this.pool = pool;
    this.parser = parser;
  }

  /**
   * Copies as much of {@code bytes} as fits in the open batch, parsing it on the way, and moves its
   * position accordingly. The copy is what lets short reads become one unit of encoding.
   *
   * @return false when something is left: the pool has no batch now ({@link #isFull()} is false),
   *     or the open batch is full: take it, then call again
   */
  public boolean append(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      Batch batch = openBatch();
      if (batch == null || batch.isFull()) {
        return false;
      }
      consume(bytes, batch);
    }
    return true;
  }

  public boolean isFull() {
    return open != null && open.isFull();
  }

  public boolean isEmpty() {
    return open == null;
  }

  /** Bytes in the open batch. */
  public int rawBytes() {
    return open == null ? 0 : open.rawBytes();
  }

  /**
   * Hands over the open batch; null if there is none. The begun page at the end of a full one moves
   * to the next batch, so that it stays whole, if the pool has a batch for it. At the end of one
   * that is not full it goes out as literal bytes, since its rest may never come.
   */
  public @Nullable Batch take() {
    Batch batch = open;
    if (batch == null) {
      return null;
    }
    open = null;
    if (pageStart != NO_PAGE && pageStart < streamBytes && !moveBegunPage(batch)) {
      pageStart = NO_PAGE;
    }
    return batch;
  }

  private boolean moveBegunPage(Batch batch) {
    Batch next = batch.isFull() ? pool.tryTake() : null;
    if (next == null) {
      return false;
    }
    int from = (int) (pageStart - openStart);
    next.raw().put(batch.raw().flip().position(from));
    batch.raw().clear().position(from);
    open = next;
    openStart = pageStart;
    return true;
  }

  private @Nullable Batch openBatch() {
    if (open == null) {
      open = pool.tryTake();
      openStart = streamBytes;
    }
    return open;
  }

  private void consume(ByteBuffer bytes, Batch batch) {
    int start = bytes.position();
    int limit = bytes.limit();
    int pieceBytes = Math.min(bytes.remaining(), batch.raw().remaining());
    bytes.limit(start + pieceBytes);
    parsedEnd = streamBytes + pieceBytes;
    parser.parse(bytes, sink);
    batch.raw().put(bytes.position(start));
    bytes.limit(limit);
    streamBytes = parsedEnd;
    finishPage(batch);
  }

  /** From the parser. What would overlap a page or begins before the open batch is passed over. */
  private void announced(long streamOffset, long pageAddress) {
    Batch batch = open;
    if (batch == null || !finishPage(batch)) {
      return;
    }
    if (streamOffset >= openStart + batch.pagesEnd()) {
      pageStart = streamOffset;
      begunPageAddress = pageAddress;
    }
  }

  /** Notes the begun page in the batch if all of it lies there now; true if none is begun then. */
  private boolean finishPage(Batch batch) {
    if (pageStart != NO_PAGE && parsedEnd - pageStart >= PageSize.BYTES) {
      batch.addPage((int) (pageStart - openStart), begunPageAddress);
      pageStart = NO_PAGE;
    }
    return pageStart == NO_PAGE;
  }
}
