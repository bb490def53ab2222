package io.novacron.dwcp.encoding;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDirectBufferDecompressingStreamNoFinalizer;
import io.novacron.dwcp.plugin.CorruptResidueException;
import io.novacron.dwcp.plugin.LaneCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Continuous zstd with long-distance matching: wire id 2. What one lane sent is a sequence of zstd
 * frames (RFC 8878) cut at the ends of blocks; a new frame begins where the effort changed, since
 * zstd takes other parameters only there, and that forgets the window.
 *
 * <p>The window is 32 MiB: on recorded guests 8 MiB find two fifths of what 32 find, and 128 MiB a
 * sixth more at five sixths of the speed (BENCHMARKING.md). The compressor holds it and some MiB of
 * tables, the decompressor it and 0.4 MiB; neither is kept when the lane ends.
 */
public final class ZstdLaneCodec implements LaneCodec {

  static final int WIRE_ID = 2;

  static final int WINDOW_LOG = 25;

  /** What a flush may add: three headers of blocks, the end of a frame, the head of the next. */
  private static final int SLACK_BYTES = 96;

  /** For zstd: take what the level says. */
  private static final int BY_LEVEL = 0;

  /**
   * Parameters by effort: about 270, 105 and 65 MB/s a core on the residues of real guests, where
   * level 1 without a window does 540. The tables of the first are a quarter of what level 3 would
   * take: they stay in the cache, which saves a tenth of the time and costs half a percent.
   */
  private static final List<Effort> EFFORTS =
      List.of(new Effort(3, 16, 15), new Effort(6, BY_LEVEL, BY_LEVEL), new Effort(9, 20, 19));

  private record Effort(int level, int hashLog, int chainLog) {}

  /** Where compressed bytes wait for the decompressor, whose source cannot be exchanged. */
  private static final FreeList<ByteBuffer> SOURCES =
      new FreeList<>(() -> ByteBuffer.allocateDirect(maxBytes(BatchFormat.MAX_RESIDUE_BYTES)));

  private static int maxBytes(int residueBytes) {
    return residueBytes + residueBytes / 256 + SLACK_BYTES;
  }

  @Override
  public int wireId() {
    return WIRE_ID;
  }

  @Override
  public String name() {
    return "zstd with a window of " + (windowBytes() >> 20) + " MiB";
  }

  @Override
  public int maxEncodedBytes(int residueBytes) {
    return maxBytes(residueBytes);
  }

  @Override
  public int windowBytes() {
    return 1 << WINDOW_LOG;
  }

  @Override
  public int efforts() {
    return EFFORTS.size();
  }

  @Override
  public LaneCodec.Encoder encoder() {
    return new Compressor();
  }

  @Override
  public LaneCodec.Decoder decoder() {
    return new Decompressor();
  }

  private static final class Compressor implements LaneCodec.Encoder {
    private static final int NO_EFFORT = -1;

    private final ZstdCompressCtx context = new ZstdCompressCtx();
    private final ByteBuffer nothing = ByteBuffer.allocateDirect(1).limit(0);
    private int effort = NO_EFFORT;

    @Override
    public int encode(ByteBuffer src, ByteBuffer dst, int wishedEffort) {
      ByteBuffer out = dst.duplicate();
      if (wishedEffort != effort) {
        change(wishedEffort, out);
      }
      write(src.duplicate(), out, EndDirective.FLUSH);
      return out.position() - dst.position();
    }

    private void change(int wishedEffort, ByteBuffer out) {
      Effort wished = EFFORTS.get(wishedEffort);
      if (effort != NO_EFFORT) {
        write(nothing, out, EndDirective.END);
      }
      context.setLevel(wished.level());
      context.setWindowLog(WINDOW_LOG);
      context.setEnableLongDistanceMatching(Zstd.ParamSwitch.ENABLE);
      context.setHashLog(wished.hashLog());
      context.setChainLog(wished.chainLog());
      effort = wishedEffort;
    }

    private void write(ByteBuffer in, ByteBuffer out, EndDirective directive) {
      boolean isWhole = context.compressDirectByteBufferStream(out, in, directive);
      if (!isWhole || in.hasRemaining()) {
        throw new IllegalArgumentException("no room for what zstd made of a residue");
      }
    }

    @Override
    public void close() {
      context.close();
    }
  }

  private static final class Decompressor implements LaneCodec.Decoder {
    private final ByteBuffer source = SOURCES.take().limit(0);
    private final ByteBuffer excess = ByteBuffer.allocateDirect(1);
    private final ZstdDirectBufferDecompressingStreamNoFinalizer stream;

    Decompressor() {
      stream = new ZstdDirectBufferDecompressingStreamNoFinalizer(source);
      try {
        stream.setLongMax(WINDOW_LOG); // a frame that asks for a larger window is refused
      } catch (IOException e) {
        throw new IllegalStateException("zstd takes no limit of the window", e);
      }
    }

    @Override
    public void decode(ByteBuffer src, ByteBuffer dst, int expectedBytes)
        throws CorruptResidueException {
      if (src.remaining() > maxBytes(expectedBytes)) {
        throw new CorruptResidueException(
            src.remaining() + " B of zstd for a residue of " + expectedBytes + " B");
      }
      source.clear().put(src.duplicate()).flip();
      ByteBuffer out = dst.duplicate().limit(dst.position() + expectedBytes);
      while (out.hasRemaining() || source.hasRemaining()) {
        int before = out.remaining() + source.remaining();
        read(out);
        if (out.remaining() + source.remaining() == before) {
          throw new CorruptResidueException(
              "zstd lane stands still, with %d B of input and %d B of output missing"
                  .formatted(source.remaining(), out.remaining()));
        }
      }
      read(excess.clear());
      if (excess.position() > 0) {
        throw new CorruptResidueException("more of zstd than " + expectedBytes + " B of residue");
      }
    }

    private void read(ByteBuffer out) throws CorruptResidueException {
      try {
        stream.read(out);
      } catch (IOException e) {
        throw new CorruptResidueException("zstd lane refused: " + e.getMessage());
      }
    }

    @Override
    public void close() {
      stream.close();
      SOURCES.give(source);
    }
  }
}
