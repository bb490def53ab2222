package io.novacron.dwcp.encoding;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.novacron.dwcp.plugin.CorruptResidueException;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;

/**
 * One zstd frame a batch: wire id 1, whatever the level, which only the source needs to know.
 * Contexts are pooled for all levels and channels, 0.5 to 1.5 MB of native memory each.
 */
public final class ZstdCodec implements ResidueCodec {

  static final int WIRE_ID = 1;

  private static final FreeList<ZstdCompressCtx> COMPRESSORS = new FreeList<>(ZstdCompressCtx::new);
  private static final FreeList<ZstdDecompressCtx> DECOMPRESSORS =
      new FreeList<>(ZstdDecompressCtx::new);

  private final int level;

  /**
   * @param level 1 (320 MB/s a core on guest memory) to 19 as zstd counts them
   */
  public ZstdCodec(int level) {
    if (level < 1 || level > 19) {
      throw new IllegalArgumentException("zstd level " + level + ", expected 1 to 19");
    }
    this.level = level;
  }

  @Override
  public int wireId() {
    return WIRE_ID;
  }

  @Override
  public String name() {
    return "zstd level " + level;
  }

  @Override
  public int maxEncodedBytes(int residueBytes) {
    return (int) Zstd.compressBound(residueBytes);
  }

  @Override
  public int encode(ByteBuffer src, ByteBuffer dst) {
    ZstdCompressCtx context = COMPRESSORS.take();
    try {
      context.setLevel(level);
      return context.compressDirectByteBuffer(
          dst, dst.position(), dst.remaining(), src, src.position(), src.remaining());
    } finally {
      COMPRESSORS.give(context);
    }
  }

  /** In one call into a buffer of known length: zstd takes no window of its own for that. */
  @Override
  public void decode(ByteBuffer src, ByteBuffer dst, int expectedBytes)
      throws CorruptResidueException {
    ZstdDecompressCtx context = DECOMPRESSORS.take();
    try {
      int decodedBytes =
          context.decompressDirectByteBuffer(
              dst, dst.position(), expectedBytes, src, src.position(), src.remaining());
      if (decodedBytes != expectedBytes) {
        throw new CorruptResidueException(
            "zstd frame of " + decodedBytes + " B, expected " + expectedBytes + " B");
      }
    } catch (ZstdException e) {
      throw new CorruptResidueException("zstd frame refused: " + e.getMessage());
    } finally {
      DECOMPRESSORS.give(context);
    }
  }
}
