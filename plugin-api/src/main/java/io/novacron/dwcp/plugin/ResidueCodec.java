package io.novacron.dwcp.plugin;

import java.nio.ByteBuffer;

/**
 * A compressor for what is left of a batch after its zero and known pages were taken out.
 *
 * <p>Each call stands alone: a codec keeps nothing from one batch to the next, since batches are
 * encoded and decoded in parallel and out of order. Any thread may call at any time, several at
 * once; a codec that needs contexts pools them itself. The buffers belong to the caller, are
 * direct, and are used only during the call. Positions and limits stay as they are: a call reads
 * from the position of {@code src} to its limit and writes from the position of {@code dst} on.
 *
 * <p>What {@code encode} made, {@code decode} of the same {@link #wireId()} restores byte for byte,
 * in every later version too. Whether it did is checked with SHA-256 by the caller.
 */
public interface ResidueCodec {

  /** Names the format on the wire, 0 to 255. 0 to 63 are DWCP's own; both hosts must know it. */
  int wireId();

  /** For logs and statistics, for instance "zstd level 1". */
  String name();

  /** The most that {@link #encode} writes for so many bytes, whatever they are. */
  int maxEncodedBytes(int residueBytes);

  /**
   * Encodes {@code src}, at least one byte.
   *
   * @param dst has room for {@link #maxEncodedBytes}
   * @return bytes written; the caller drops them when there are not fewer than those of {@code src}
   */
  int encode(ByteBuffer src, ByteBuffer dst);

  /**
   * Decodes {@code src}, which a hostile peer may have written: writes no byte outside the {@code
   * expectedBytes} and takes no memory that {@code src} asks for.
   *
   * @param dst has room for {@code expectedBytes}
   * @throws CorruptResidueException if {@code src} is not the encoding of exactly {@code
   *     expectedBytes}; the bytes of {@code dst} are then undefined
   */
  void decode(ByteBuffer src, ByteBuffer dst, int expectedBytes) throws CorruptResidueException;
}
