package io.novacron.dwcp.baseline;

import io.novacron.dwcp.encoding.BaselinePages.Range;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.encoding.TravelledPages;
import io.novacron.dwcp.page.PageSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Writes down one disk as it is copied. The session's thread hands over copies of what travels, the
 * writer's thread writes them; a disk that cannot keep up, or has no room, costs the content of
 * some pages, or the baseline, and never holds up the copy.
 */
public final class DiskRecording implements TravelledPages.Recorder, AutoCloseable {

  /** 16 MiB: the content that waits for the writer; a page cache takes it in 10 ms. */
  private static final int MOST_BUFFERS = 64;

  /** Batches whose content is not kept wait too, with 1.5 KiB each. */
  private static final int MOST_INDEX_WAITING = 4096;

  private static final int MAX_BATCH_PAGES = 64;

  /** What the store says about room. */
  interface Room {
    /** Whether so many bytes more may be written. */
    boolean take(long bytes) throws IOException;

    /** All that was taken is free again, or is that of a file now. */
    void give(long bytes);
  }

  /** Pages on their way to the writer; content only where there was memory for it. */
  private static final class Piece {
    final ByteBuffer digests = ByteBuffer.allocate(MAX_BATCH_PAGES * DiskBaseline.DIGEST_BYTES);
    final int[] pages = new int[MAX_BATCH_PAGES];
    int count;
    @Nullable ByteBuffer content;
  }

  /** A file that is being written. */
  record Draft(Path path, FileChannel file) {}

  /** Makes it. Writer's thread. */
  interface Opener {
    Draft open() throws IOException;
  }

  private final Opener opener;
  private final boolean keepsContent;
  private final Executor writer;
  private final Room room;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Queue<ByteBuffer> freeBuffers = new ConcurrentLinkedQueue<>();

  /** Writer's thread only, from here on. */
  private final BitSet known = new BitSet();

  private final BitSet held = new BitSet();
  private long roomBytes;
  private boolean isFull;
  private @Nullable Draft draft;

  private volatile String problem = "";
  private int buffers;
  private boolean ended;

  /**
   * @param writer runs what it is given one after the other
   */
  DiskRecording(Opener opener, boolean keepsContent, Executor writer, Room room) {
    this.opener = opener;
    this.keepsContent = keepsContent;
    this.writer = writer;
    this.room = room;
  }

  @Override
  public void travelled(TravelledPages pages) {
    if (!problem.isEmpty() || pages.count() == 0) {
      return;
    }
    if (waiting.incrementAndGet() > MOST_INDEX_WAITING) {
      problem = "the disk it is written to is too slow";
      return;
    }
    Piece piece = copy(pages);
    try {
      writer.execute(() -> write(piece));
    } catch (RejectedExecutionException stopping) {
      problem = "the daemon stops";
    }
  }

  private Piece copy(TravelledPages pages) {
    Piece piece = new Piece();
    ByteBuffer content = keepsContent ? buffer() : null;
    for (int i = 0; i < pages.count(); i++) {
      long page = pages.address(i) / PageSize.BYTES;
      if (page >= DiskBaseline.MAX_PAGES || pages.address(i) % PageSize.BYTES != 0) {
        continue;
      }
      piece.pages[piece.count++] = (int) page;
      pages.copyDigest(i, piece.digests, DiskBaseline.DIGEST_BYTES);
      if (content != null) {
        pages.copyContent(i, content);
      }
    }
    piece.content = content;
    return piece;
  }

  /** Session's thread. */
  private @Nullable ByteBuffer buffer() {
    ByteBuffer free = freeBuffers.poll();
    if (free == null && buffers < MOST_BUFFERS) {
      buffers++;
      try {
        free = ByteBuffer.allocateDirect(MAX_BATCH_PAGES * PageSize.BYTES);
      } catch (OutOfMemoryError noMoreThanThese) {
        buffers = MOST_BUFFERS;
      }
    }
    return free == null ? null : free.clear();
  }

  private void write(Piece piece) {
    waiting.decrementAndGet();
    try {
      writeRuns(piece);
    } finally {
      ByteBuffer content = piece.content;
      if (content != null) {
        freeBuffers.add(content);
      }
    }
  }

  private void writeRuns(Piece piece) {
    if (!problem.isEmpty() || ended) {
      return;
    }
    try {
      if (draft == null) {
        draft = opener.open();
      }
      int run = 0;
      for (int i = 1; i <= piece.count; i++) {
        if (i == piece.count || piece.pages[i] != piece.pages[i - 1] + 1) {
          writeRun(piece, run, i);
          run = i;
        }
      }
    } catch (IOException | RuntimeException e) {
      problem = "it is not written: " + e.getMessage();
    }
  }

  private void writeRun(Piece piece, int from, int to) throws IOException {
    int first = piece.pages[from];
    int pages = to - from;
    known.set(first, first + pages);
    int size = DiskBaseline.DIGEST_BYTES;
    writeFully(
        piece.digests.duplicate().limit(to * size).position(from * size),
        DiskBaselineFormat.digestOffset(first));
    ByteBuffer content = piece.content;
    if (content == null || !hasRoomFor(first, pages)) {
      held.clear(first, first + pages);
      return;
    }
    ByteBuffer run = content.duplicate();
    run.limit(to * PageSize.BYTES).position(from * PageSize.BYTES);
    held.clear(first, first + pages);
    writeFully(run, DiskBaselineFormat.contentOffset(first));
    held.set(first, first + pages);
  }

  private boolean hasRoomFor(int first, int pages) throws IOException {
    long bytes = 0;
    for (int page = first; page < first + pages; page++) {
      bytes += held.get(page) ? 0 : PageSize.BYTES;
    }
    if (isFull || !room.take(bytes)) {
      isFull = true;
      return false;
    }
    roomBytes += bytes;
    return true;
  }

  private void writeFully(ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += draft().file().write(bytes, at);
    }
  }

  /** Why nothing will come of it; empty so far. */
  String problem() {
    return problem;
  }

  /** Writer's thread: whether there is a file. */
  boolean isBegun() {
    return draft != null;
  }

  /** Writer's thread, once it is begun. */
  Draft draft() {
    Draft begun = draft;
    if (begun == null) {
      throw new IllegalStateException("nothing was written yet");
    }
    return begun;
  }

  boolean keepsContent() {
    return keepsContent;
  }

  /** Writer's thread: pages of the disk up to the last that is known. */
  int pages() {
    return known.length();
  }

  /** Writer's thread. */
  long storedBytes() {
    return (long) held.cardinality() * PageSize.BYTES
        + (long) known.cardinality() * DiskBaseline.DIGEST_BYTES;
  }

  /** Writer's thread: the pages whose content was not kept. */
  List<Range> missing() {
    List<Range> missing = new ArrayList<>();
    BitSet lacking = (BitSet) known.clone();
    lacking.andNot(held);
    int first = lacking.nextSetBit(0);
    while (first >= 0) {
      int end = lacking.nextClearBit(first);
      missing.add(new Range(first, end - first));
      first = lacking.nextSetBit(end);
    }
    return DiskBaselineFormat.merged(missing);
  }

  /** Writer's thread: gives room and file back, once. */
  @Override
  public void close() throws IOException {
    if (!ended) {
      ended = true;
      room.give(roomBytes);
      if (draft != null) {
        draft.file().close();
      }
    }
  }
}
