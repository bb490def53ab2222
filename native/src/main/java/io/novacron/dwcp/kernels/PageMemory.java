package io.novacron.dwcp.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory in which pages of guests are kept, outside the heap, in slabs. With libdwcp it comes from
 * the kernel in huge pages where it may; without, from the arena.
 *
 * <p>Memory that was never written costs: a page fault each 4 KiB, its zeroing, and where this host
 * is itself a guest also what its own host does to back it. In a first migration that was a quarter
 * of all time (600 MB on two cores, measured). So slabs that were freed wait for the next
 * migration, {@link #trim} gives back those that none came for, and {@link #prepare} takes some
 * before the first bytes come. Any thread.
 */
public final class PageMemory {

  /** 16 MiB: eight huge pages. */
  public static final int SLAB_BYTES = 16 << 20;

  private static final int PAGE_BYTES = 4096;

  /** Addresses of slabs that no arena holds. */
  private static final ConcurrentLinkedDeque<Long> FREE = new ConcurrentLinkedDeque<>();

  /** How many are free, and the fewest that were since the last {@link #trim}. */
  private static final AtomicInteger FREE_SLABS = new AtomicInteger();

  private static final AtomicInteger UNUSED_SLABS = new AtomicInteger();

  private PageMemory() {}

  /**
   * Takes memory. What it holds is undefined: write before you read.
   *
   * @param bytes at most {@link #SLAB_BYTES}
   * @param arena frees it when it is closed; the segment throws from then on
   * @return at an address that is a multiple of 4096
   * @throws OutOfMemoryError if there is none
   */
  public static MemorySegment allocate(int bytes, Arena arena) {
    if (bytes > SLAB_BYTES) {
      throw new IllegalArgumentException(bytes + " B, expected at most " + SLAB_BYTES);
    }
    boolean worthASlab = bytes > SLAB_BYTES / 2 && LoadedLibrary.IS_THERE;
    long address = worthASlab ? takeSlab() : 0;
    return address == 0 ? arena.allocate(bytes, PAGE_BYTES) : slab(address, bytes, arena);
  }

  private static long takeSlab() {
    Long free = FREE.pollFirst();
    if (free == null) {
      return Libdwcp.dwcp_map_memory(SLAB_BYTES);
    }
    int left = FREE_SLABS.decrementAndGet();
    UNUSED_SLABS.accumulateAndGet(left, Math::min);
    return free;
  }

  @SuppressWarnings("restricted") // address and length lie within one mapping of ours
  private static MemorySegment slab(long address, int bytes, Arena arena) {
    return MemorySegment.ofAddress(address).reinterpret(bytes, arena, freed -> giveSlab(address));
  }

  private static void giveSlab(long address) {
    FREE.addFirst(address); // the newest is the one in the processor's caches
    FREE_SLABS.incrementAndGet();
  }

  /**
   * Has at least so many bytes ready that were written before. Takes a core for a moment: 25 ms for
   * 256 MiB on bare metal, 0.6 s under nested virtualisation (measured).
   */
  public static void prepare(long bytes) {
    while (LoadedLibrary.IS_THERE && (long) FREE_SLABS.get() * SLAB_BYTES < bytes) {
      long address = Libdwcp.dwcp_map_memory(SLAB_BYTES);
      if (address == 0) {
        return;
      }
      touch(address);
      giveSlab(address);
    }
  }

  @SuppressWarnings("restricted")
  private static void touch(long address) {
    MemorySegment.ofAddress(address).reinterpret(SLAB_BYTES).fill((byte) 0);
  }

  /**
   * Gives back to the kernel the slabs that nobody needed since the last call.
   *
   * @param keptBytes so much stays free all the same, if it is
   */
  public static void trim(long keptBytes) {
    int keptSlabs = Math.toIntExact(Math.ceilDiv(keptBytes, SLAB_BYTES));
    int unused = UNUSED_SLABS.getAndSet(FREE_SLABS.get());
    int given = Math.min(unused, FREE_SLABS.get() - keptSlabs);
    for (int i = 0; i < given; i++) {
      Long address = FREE.pollLast();
      if (address == null) {
        break;
      }
      FREE_SLABS.decrementAndGet();
      Libdwcp.dwcp_unmap_memory(address, SLAB_BYTES);
    }
    UNUSED_SLABS.accumulateAndGet(FREE_SLABS.get(), Math::min);
  }

  /** Bytes that wait for the next migration. */
  public static long freeBytes() {
    return (long) FREE_SLABS.get() * SLAB_BYTES;
  }
}
