package io.novacron.dwcp.baseline;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.novacron.dwcp.baseline.BaselineFormat.Trailer;
import io.novacron.dwcp.encoding.BaselineContent;
import io.novacron.dwcp.encoding.BaselineIndex;
import io.novacron.dwcp.plugin.BaselineStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.UUID;

/** Writes one baseline into a draft. Used once, by one thread. */
final class BaselineWriter {

  /** Level 1: a quarter of the bytes of guest memory, at more than most disks take. */
  private static final int ZSTD_LEVEL = 1;

  private final BaselineStore.Draft draft;
  private final BaselineContent content;
  private long writtenBytes;

  BaselineWriter(BaselineStore.Draft draft, BaselineContent content) {
    this.draft = draft;
    this.content = content;
  }

  /**
   * Writes all of it and publishes.
   *
   * @return bytes of the file
   */
  long write(UUID guest) throws IOException {
    BaselineIndex index = content.index();
    append(BaselineFormat.head());
    Trailer sizes =
        new Trailer(
            guest,
            HexFormat.of().formatHex(index.id(guest)),
            index.pages(),
            index.addresses(),
            0,
            0);
    int[] chunkBytes = writeChunks(sizes);
    long indexOffset = writtenBytes;
    ByteBuffer indexBytes = indexBytes(sizes, chunkBytes);
    int checksum = BaselineFormat.checksum(indexBytes);
    append(indexBytes);
    append(
        BaselineFormat.trailer(
            new Trailer(
                guest, sizes.id(), sizes.pages(), sizes.addresses(), indexOffset, checksum)));
    draft.publish();
    return writtenBytes;
  }

  private int[] writeChunks(Trailer sizes) throws IOException {
    int[] chunkBytes = new int[sizes.chunks()];
    ByteBuffer pages = ByteBuffer.allocateDirect(BaselineFormat.CHUNK_BYTES);
    ByteBuffer packed =
        ByteBuffer.allocateDirect((int) Zstd.compressBound(BaselineFormat.CHUNK_BYTES));
    try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
      zstd.setLevel(ZSTD_LEVEL);
      for (int chunk = 0; chunk < chunkBytes.length; chunk++) {
        fill(pages.clear(), chunk * BaselineFormat.CHUNK_PAGES, sizes.pages());
        packed.clear();
        int packedBytes =
            zstd.compressDirectByteBuffer(packed, 0, packed.capacity(), pages, 0, pages.limit());
        boolean isShorter = packedBytes < pages.limit();
        chunkBytes[chunk] = isShorter ? packedBytes : pages.limit();
        append(isShorter ? packed.limit(packedBytes) : pages);
      }
    }
    return chunkBytes;
  }

  private void fill(ByteBuffer pages, int first, int count) {
    int end = Math.min(count, first + BaselineFormat.CHUNK_PAGES);
    for (int page = first; page < end; page++) {
      content.copyPage(page, pages);
    }
    pages.flip();
  }

  private ByteBuffer indexBytes(Trailer sizes, int[] chunkBytes) throws IOException {
    if (sizes.indexBytes() > Integer.MAX_VALUE) {
      throw new IOException("an index of " + sizes.indexBytes() + " B is too long");
    }
    BaselineIndex index = content.index();
    ByteBuffer out = ByteBuffer.allocate((int) sizes.indexBytes());
    index.copyDigests(out);
    for (int at = 0; at < index.addresses(); at++) {
      out.putLong(index.address(at));
    }
    for (int at = 0; at < index.addresses(); at++) {
      out.putInt(index.addressPage(at));
    }
    for (int bytes : chunkBytes) {
      out.putInt(bytes);
    }
    return out.flip();
  }

  private void append(ByteBuffer bytes) throws IOException {
    writtenBytes += bytes.remaining();
    draft.append(bytes);
  }
}
