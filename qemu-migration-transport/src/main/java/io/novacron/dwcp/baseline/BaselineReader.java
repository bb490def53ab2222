package io.novacron.dwcp.baseline;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.novacron.dwcp.baseline.BaselineFormat.Trailer;
import io.novacron.dwcp.encoding.BaselineIndex;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.BaselineStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Reads one baseline and checks every page of it. First {@link #index}, then {@link #fill} by as
 * many threads as like, which share the work. Damage of a chunk loses its pages; damage of anything
 * else the baseline.
 */
final class BaselineReader {

  private static final int CHUNKS_PER_SLAB = BaselinePages.SLAB_PAGES / BaselineFormat.CHUNK_PAGES;

  /** A history knows at most four addresses for each of its slots. */
  private static final long MOST_ADDRESSES_PER_SLOT = 4;

  private final BaselineStore.Held file;
  private final Trailer trailer;
  private final BaselinePages pages;
  private final long[] chunkOffsets;
  private final AtomicInteger nextSlab = new AtomicInteger();

  private BaselineReader(
      BaselineStore.Held file, Trailer trailer, BaselinePages pages, long[] chunkOffsets) {
    this.file = file;
    this.trailer = trailer;
    this.pages = pages;
    this.chunkOffsets = chunkOffsets;
  }

  /**
   * Reads what comes before any page. Takes memory only for what is within {@code mostPages}.
   *
   * @param file stays the caller's
   * @throws BaselineDamagedException if it never can be used
   */
  static BaselineReader index(BaselineStore.Held file, UUID guest, int mostPages)
      throws IOException {
    long fileBytes = file.sizeBytes();
    if (fileBytes < BaselineFormat.HEAD_BYTES + BaselineFormat.TRAILER_BYTES) {
      throw new BaselineDamagedException("it has only " + fileBytes + " B");
    }
    BaselineFormat.checkHead(read(file, 0, BaselineFormat.HEAD_BYTES));
    Trailer trailer =
        BaselineFormat.readTrailer(
            read(file, fileBytes - BaselineFormat.TRAILER_BYTES, BaselineFormat.TRAILER_BYTES),
            fileBytes);
    check(trailer, guest, mostPages);
    ByteBuffer in = read(file, trailer.indexOffset(), (int) trailer.indexBytes());
    if (BaselineFormat.checksum(in) != trailer.indexChecksum()) {
      throw new BaselineDamagedException("its index is damaged");
    }
    BaselineIndex index = readIndex(in, trailer);
    byte[] id = index.id(guest);
    if (!HexFormat.of().formatHex(id).equals(trailer.id())) {
      throw new BaselineDamagedException("its digests are not those of its id");
    }
    long[] offsets = chunkOffsets(in, trailer);
    return new BaselineReader(file, trailer, new BaselinePages(index, id), offsets);
  }

  private static void check(Trailer trailer, UUID guest, int mostPages) throws IOException {
    if (!trailer.guest().equals(guest)) {
      throw new BaselineDamagedException("it is of guest " + trailer.guest());
    }
    if (trailer.pages() > mostPages) {
      throw new IOException(
          "%d pages are more than the history may have, %d".formatted(trailer.pages(), mostPages));
    }
    if (trailer.addresses() > MOST_ADDRESSES_PER_SLOT * mostPages
        || trailer.indexBytes() > Integer.MAX_VALUE) {
      throw new BaselineDamagedException(
          "%d addresses of %d pages".formatted(trailer.addresses(), trailer.pages()));
    }
  }

  private static ByteBuffer read(BaselineStore.Held file, long offset, int bytes)
      throws IOException {
    ByteBuffer in = ByteBuffer.allocate(bytes);
    file.read(offset, in);
    return in.flip();
  }

  private static BaselineIndex readIndex(ByteBuffer in, Trailer trailer)
      throws BaselineDamagedException {
    byte[] digests = new byte[trailer.pages() * BaselineIndex.DIGEST_BYTES];
    in.get(digests);
    long[] addresses = new long[trailer.addresses()];
    in.asLongBuffer().get(addresses);
    in.position(in.position() + addresses.length * Long.BYTES);
    int[] addressPages = new int[trailer.addresses()];
    in.asIntBuffer().get(addressPages);
    in.position(in.position() + addressPages.length * Integer.BYTES);
    try {
      return new BaselineIndex(digests, addresses, addressPages);
    } catch (IllegalArgumentException e) {
      throw new BaselineDamagedException("its index is impossible: " + e.getMessage());
    }
  }

  private static long[] chunkOffsets(ByteBuffer in, Trailer trailer)
      throws BaselineDamagedException {
    long[] offsets = new long[trailer.chunks() + 1];
    offsets[0] = BaselineFormat.HEAD_BYTES;
    for (int chunk = 0; chunk < trailer.chunks(); chunk++) {
      int bytes = in.getInt();
      if (bytes < 1 || bytes > trailer.chunkPageBytes(chunk)) {
        throw new BaselineDamagedException("chunk %d has %d B".formatted(chunk, bytes));
      }
      offsets[chunk + 1] = offsets[chunk] + bytes;
    }
    if (offsets[trailer.chunks()] != trailer.indexOffset()) {
      throw new BaselineDamagedException("its chunks do not reach its index");
    }
    return offsets;
  }

  /** Filled by {@link #fill}; whoever made this reader owns it. */
  BaselinePages pages() {
    return pages;
  }

  /** Does its share of the work: returns when no more is left to begin, or once {@code stopped}. */
  void fill(PageKernels kernels, BooleanSupplier stopped) {
    ByteBuffer stored = ByteBuffer.allocateDirect(BaselineFormat.CHUNK_BYTES);
    ByteBuffer unpacked = ByteBuffer.allocateDirect(BaselineFormat.CHUNK_BYTES);
    BaselinePages.Filling filling = pages.filling(kernels);
    try (ZstdDecompressCtx zstd = new ZstdDecompressCtx()) {
      int first = nextSlab.getAndIncrement() * CHUNKS_PER_SLAB;
      while (first < trailer.chunks() && !stopped.getAsBoolean()) {
        int end = Math.min(trailer.chunks(), first + CHUNKS_PER_SLAB);
        for (int chunk = first; chunk < end; chunk++) {
          fillChunk(chunk, filling, content(chunk, zstd, stored, unpacked));
        }
        first = nextSlab.getAndIncrement() * CHUNKS_PER_SLAB;
      }
    }
  }

  /** The pages of a chunk; what could not be read is whatever was there, which digests refuse. */
  private ByteBuffer content(
      int chunk, ZstdDecompressCtx zstd, ByteBuffer stored, ByteBuffer unpacked) {
    int bytes = (int) (chunkOffsets[chunk + 1] - chunkOffsets[chunk]);
    int pageBytes = trailer.chunkPageBytes(chunk);
    try {
      file.read(chunkOffsets[chunk], stored.clear().limit(bytes));
      if (bytes < pageBytes) {
        zstd.decompressDirectByteBuffer(unpacked, 0, pageBytes, stored, 0, bytes);
      }
    } catch (ZstdException | IOException damaged) {
      zstd.reset();
    }
    return bytes < pageBytes ? unpacked : stored;
  }

  private void fillChunk(int chunk, BaselinePages.Filling filling, ByteBuffer content) {
    int count = trailer.chunkPageBytes(chunk) / PageSize.BYTES;
    filling.put(chunk * BaselineFormat.CHUNK_PAGES, count, content.clear());
  }
}
