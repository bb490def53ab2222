package io.novacron.dwcp.plugin;

import java.nio.ByteBuffer;

/**
 * A compressor of residues that remembers those before: one window over many batches of one
 * direction of a channel, which find each other in it. The batches that share a window are its
 * lane.
 *
 * <p>The counterpart of {@link ResidueCodec}, whose calls stand alone. Here order is all: an {@link
 * Encoder} is called for the batches of its lane in the order of the stream, and the {@link
 * Decoder} at the peer for what came out, in the same order and without a gap. Any thread may call,
 * one at a time, each after the one before had returned. What holds for the buffers of a {@code
 * ResidueCodec} holds for these: they belong to the caller, are direct, and their positions and
 * limits stay.
 *
 * <p>The codec itself keeps nothing; any thread may use it. What every later version decodes is
 * what this one encoded, byte for byte; that it did is checked with SHA-256 by the caller.
 */
public interface LaneCodec {

  /** Names the format on the wire, as {@link ResidueCodec#wireId} does; no codec shares one. */
  int wireId();

  /** For logs and statistics, for instance "zstd with a window of 32 MiB". */
  String name();

  /** The most that {@link Encoder#encode} writes for so many bytes, whatever they are. */
  int maxEncodedBytes(int residueBytes);

  /** The window: what an encoder and a decoder each hold, a tenth more or less. */
  int windowBytes();

  /** Efforts that {@link Encoder#encode} takes, from 0 on; each costs more time and saves more. */
  int efforts();

  /** A new lane at the source. */
  Encoder encoder();

  /** A new lane at the destination. */
  Decoder decoder();

  /** One lane at the source. Not closed while a call is under way. */
  interface Encoder extends AutoCloseable {
    /**
     * Encodes {@code src}, at least one byte. The result must go to the peer even when it is not
     * shorter: the next one builds on it.
     *
     * @param dst has room for {@link LaneCodec#maxEncodedBytes}
     * @param effort 0 to {@link LaneCodec#efforts()} - 1; another one than before may cost the
     *     window
     * @return bytes written
     */
    int encode(ByteBuffer src, ByteBuffer dst, int effort);

    @Override
    void close();
  }

  /** One lane at the destination. Not closed while a call is under way. */
  interface Decoder extends AutoCloseable {
    /**
     * Decodes {@code src}, which a hostile peer may have written: writes no byte outside the {@code
     * expectedBytes}, and takes no more memory than {@link LaneCodec#windowBytes} and a tenth,
     * whatever {@code src} asks for.
     *
     * @param src at most {@link LaneCodec#maxEncodedBytes} of {@code expectedBytes}
     * @param dst has room for {@code expectedBytes}
     * @throws CorruptResidueException if {@code src} is not the next of this lane, or not of
     *     exactly {@code expectedBytes}; the lane must not be used any more then
     */
    void decode(ByteBuffer src, ByteBuffer dst, int expectedBytes) throws CorruptResidueException;

    @Override
    void close();
  }
}
