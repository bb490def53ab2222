package io.novacron.dwcp.encoding;

import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.kernels.PageMemory;
import io.novacron.dwcp.kernels.PageSpans;
import io.novacron.dwcp.page.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A baseline in memory: the content of its pages, outside the heap, each held only once its SHA-256
 * was seen to be right. Pages that are not are missing, and are told to the peer.
 *
 * <p>Filled by any threads, then read by any threads; a happens-before edge between the two is the
 * caller's. Freed when the last of its holders closes it: the maker is one, each {@link #retain}
 * makes another.
 */
public final class BaselinePages implements Baseline {

  /** A run of pages. */
  public record Range(int first, int pages) {}

  /** Pages that lie in one piece of memory; who fills in parallel shares no piece. */
  public static final int SLAB_PAGES = 256;

  /** In one piece of memory. */
  private static final int MEMORY_PAGES = PageMemory.SLAB_BYTES / PageSize.BYTES;

  private final BaselineIndex index;
  private final byte[] id;
  private final Arena arena = Arena.ofShared();
  private final @Nullable MemorySegment[] memory;

  /** Parts of it, one a slab. */
  private final @Nullable MemorySegment[] segments;

  /** Views of them. */
  private final @Nullable ByteBuffer[] slabs;

  /** 1 for a page that is held; a byte each, so that threads do not share words. */
  private final byte[] held;

  private final AtomicInteger holders = new AtomicInteger(1);

  /**
   * @param id see {@link BaselineIndex#id}; kept
   */
  public BaselinePages(BaselineIndex index, byte[] id) {
    this.index = index;
    this.id = id;
    this.slabs = new @Nullable ByteBuffer[Math.ceilDiv(index.pages(), SLAB_PAGES)];
    this.segments = new @Nullable MemorySegment[slabs.length];
    this.memory = new @Nullable MemorySegment[Math.ceilDiv(index.pages(), MEMORY_PAGES)];
    this.held = new byte[index.pages()];
  }

  /** As if it had been written and read again: for visits that follow each other in one process. */
  public static BaselinePages of(BaselineContent content, UUID guest) {
    BaselineIndex index = content.index();
    BaselinePages pages = new BaselinePages(index, index.id(guest));
    Filling filling = pages.filling(new JavaPageKernels());
    ByteBuffer page = ByteBuffer.allocateDirect(PageSize.BYTES);
    for (int i = 0; i < index.pages(); i++) {
      content.copyPage(i, page.clear());
      filling.put(i, 1, page.flip());
    }
    return pages;
  }

  /** Takes pages in if they are what the index says. One for each thread that fills. */
  public final class Filling {
    private final PageKernels kernels;
    private final int[] offsets = new int[BatchFormat.MAX_PAGES];
    private final byte[] digests = new byte[BatchFormat.MAX_PAGES * Sha256.BYTES];

    private Filling(PageKernels kernels) {
      this.kernels = kernels;
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] = i * PageSize.BYTES;
      }
    }

    /**
     * Copies those of consecutive pages whose digests are right; the others stay missing.
     *
     * @param count at most 64
     * @param bytes direct; so many pages from its position on, which stays
     */
    public void put(int first, int count, ByteBuffer bytes) {
      kernels.digestPages(bytes, new PageSpans(offsets, count, PageSize.BYTES), digests);
      for (int i = 0; i < count; i++) {
        int page = first + i;
        if (index.isDigest(page, digests, i * Sha256.BYTES)) {
          int from = bytes.position() + offsets[i];
          slabFor(page).put(offset(page), bytes, from, PageSize.BYTES);
          held[page] = 1;
        }
      }
    }
  }

  public Filling filling(PageKernels kernels) {
    return new Filling(kernels);
  }

  private ByteBuffer slabFor(int page) {
    ByteBuffer slab = slabs[page / SLAB_PAGES];
    if (slab == null) {
      int pages = Math.min(SLAB_PAGES, pages() - page / SLAB_PAGES * SLAB_PAGES);
      MemorySegment segment = memoryFor(page, (long) pages * PageSize.BYTES);
      slab = segment.asByteBuffer();
      segments[page / SLAB_PAGES] = segment;
      slabs[page / SLAB_PAGES] = slab;
    }
    return slab;
  }

  /** Several threads fill parts of one piece of memory. */
  private synchronized MemorySegment memoryFor(int page, long bytes) {
    int at = page / MEMORY_PAGES;
    MemorySegment piece = memory[at];
    if (piece == null) {
      int pages = Math.min(MEMORY_PAGES, pages() - at * MEMORY_PAGES);
      piece = PageMemory.allocate(pages * PageSize.BYTES, arena);
      memory[at] = piece;
    }
    long first = (long) (page % MEMORY_PAGES) / SLAB_PAGES * SLAB_PAGES * PageSize.BYTES;
    return piece.asSlice(first, bytes);
  }

  static int offset(int page) {
    return page % SLAB_PAGES * PageSize.BYTES;
  }

  public BaselineIndex index() {
    return index;
  }

  @Override
  public byte[] id() {
    return id.clone();
  }

  @Override
  public int pages() {
    return held.length;
  }

  @Override
  public List<Range> missing() {
    List<Range> ranges = new ArrayList<>();
    for (int page = 0; page < held.length; page++) {
      int first = page;
      while (page < held.length && held[page] == 0) {
        page++;
      }
      if (page > first) {
        ranges.add(new Range(first, page - first));
      }
    }
    return List.copyOf(ranges);
  }

  boolean holds(int page) {
    return page >= 0 && page < held.length && held[page] == 1;
  }

  /** Where the content of a page that is held lies, at {@link #offset}. Not to be changed. */
  ByteBuffer slab(int page) {
    ByteBuffer slab = slabs[page / SLAB_PAGES];
    if (slab == null || held[page] == 0) {
      throw new IllegalStateException("page " + page + " of the baseline is missing");
    }
    return slab;
  }

  /** The memory of {@link #slab}. */
  MemorySegment segment(int page) {
    MemorySegment segment = segments[page / SLAB_PAGES];
    if (segment == null || held[page] == 0) {
      throw new IllegalStateException("page " + page + " of the baseline is missing");
    }
    return segment;
  }

  @Override
  public BaselinePages retain() {
    int seen = holders.get();
    while (seen > 0 && !holders.compareAndSet(seen, seen + 1)) {
      seen = holders.get();
    }
    if (seen == 0) {
      throw new IllegalStateException("the baseline was freed");
    }
    return this;
  }

  @Override
  public void close() {
    if (holders.decrementAndGet() == 0) {
      arena.close();
    }
  }
}
