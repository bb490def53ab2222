package io.novacron.dwcp.encoding;

import io.novacron.dwcp.plugin.CorruptResidueException;
import io.novacron.dwcp.plugin.LaneCodec;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The lane of one direction at its destination. Batches of the lane in the order of the stream, any
 * thread, one at a time; closed by any thread. After one that was corrupt there is none: the window
 * is not that of the source any more.
 */
final class LaneDecoding implements AutoCloseable {
  private final @Nullable LaneCodec codec;
  private final @Nullable Lane<LaneCodec.Decoder> lane;
  private boolean isCorrupt;

  /**
   * @param codec null if the source may use no lane on this channel
   */
  LaneDecoding(@Nullable LaneCodec codec) {
    this.codec = codec;
    this.lane = codec == null ? null : new Lane<>(codec::decoder);
  }

  /** Null if the batch is not of a lane that may be used here. */
  @Nullable LaneCodec codec(int wireId) {
    return codec != null && codec.wireId() == wireId ? codec : null;
  }

  void decode(ByteBuffer encoded, ByteBuffer residue, int residueBytes)
      throws CorruptResidueException {
    Lane<LaneCodec.Decoder> used = lane;
    if (used == null || isCorrupt) {
      throw new CorruptResidueException(
          used == null ? "no lane on this channel" : "the lane is corrupt since a batch before");
    }
    isCorrupt = true;
    LaneCodec.Decoder decoder = used.enter();
    try {
      decoder.decode(encoded, residue, residueBytes);
      isCorrupt = false;
    } finally {
      used.leave();
    }
  }

  @Override
  public void close() {
    if (lane != null) {
      lane.close();
    }
  }
}
