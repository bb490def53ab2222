package io.novacron.dwcp.encoding;

import io.novacron.dwcp.plugin.CorruptResidueException;
import io.novacron.dwcp.plugin.LaneCodec;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A payload whose header keeps the rules of {@link BatchFormat}, so that nothing below has to fear
 * its numbers.
 *
 * @param codec null for a batch of the lane
 * @param encoded a view of the residue as it travelled
 */
record BatchPayload(
    @Nullable ResidueCodec codec,
    int tokenCount,
    int rawBytes,
    int residueBytes,
    ByteBuffer encoded) {

  private static final Map<Integer, ResidueCodec> CODECS =
      Map.of(StoredCodec.WIRE_ID, new StoredCodec(), ZstdCodec.WIRE_ID, new ZstdCodec(1));

  /** Reads from position to limit; writes the claimed batch digest to {@code digest}. */
  static BatchPayload read(ByteBuffer payload, byte[] digest, LaneDecoding lane)
      throws CorruptBatchException {
    if (payload.remaining() <= BatchFormat.HEADER_BYTES) {
      throw new CorruptBatchException(
          "payload of %d B, expected more than the header's %d B"
              .formatted(payload.remaining(), BatchFormat.HEADER_BYTES));
    }
    ByteBuffer view = payload.slice().order(ByteOrder.BIG_ENDIAN);
    int codecId = view.get(BatchFormat.CODEC_OFFSET) & 0xff;
    int reserved = view.get(BatchFormat.RESERVED_OFFSET);
    int tokenCount = view.getShort(BatchFormat.TOKEN_COUNT_OFFSET) & 0xffff;
    int rawBytes = view.getInt(BatchFormat.RAW_BYTES_OFFSET);
    int residueBytes = view.getInt(BatchFormat.RESIDUE_BYTES_OFFSET);
    ResidueCodec codec = CODECS.get(codecId);
    LaneCodec laneCodec = lane.codec(codecId);
    if ((codec == null && laneCodec == null) || reserved != 0) {
      throw new CorruptBatchException(
          "codec id %d and reserved byte %d, expected a codec of this channel and 0"
              .formatted(codecId, reserved));
    }
    check("token count", tokenCount, BatchFormat.MAX_TOKENS);
    check("raw bytes", rawBytes, BatchFormat.RAW_BYTES);
    check("residue bytes", residueBytes, BatchFormat.MAX_RESIDUE_BYTES);
    view.get(BatchFormat.DIGEST_OFFSET, digest);
    ByteBuffer encoded = view.position(BatchFormat.HEADER_BYTES);
    if (codec != null) {
      checkEncoded(codec, encoded.remaining(), residueBytes);
    } else if (laneCodec != null) {
      checkInLane(laneCodec, encoded.remaining(), residueBytes);
    }
    return new BatchPayload(codec, tokenCount, rawBytes, residueBytes, encoded);
  }

  private static void check(String field, int seen, int most) throws CorruptBatchException {
    if (seen < 1 || seen > most) {
      throw new CorruptBatchException(
          "%s %d, expected 1 to %d".formatted(field, Integer.toUnsignedLong(seen), most));
    }
  }

  private static void checkEncoded(ResidueCodec codec, int encodedBytes, int residueBytes)
      throws CorruptBatchException {
    boolean stored = codec.wireId() == StoredCodec.WIRE_ID;
    if (stored ? encodedBytes != residueBytes : encodedBytes >= residueBytes) {
      throw new CorruptBatchException(
          "%d B of %s for a residue of %d B".formatted(encodedBytes, codec.name(), residueBytes));
    }
  }

  /** What did not shrink travels in the lane all the same, since later batches build on it. */
  private static void checkInLane(LaneCodec codec, int encodedBytes, int residueBytes)
      throws CorruptBatchException {
    if (encodedBytes > codec.maxEncodedBytes(residueBytes)) {
      throw new CorruptBatchException(
          "%d B of %s for a residue of %d B".formatted(encodedBytes, codec.name(), residueBytes));
    }
  }

  /** Whether a payload, which need not be checked yet, says that it is of a lane. */
  static boolean isInLane(ByteBuffer payload) {
    return payload.hasRemaining()
        && (payload.get(payload.position() + BatchFormat.CODEC_OFFSET) & 0xff)
            == ZstdLaneCodec.WIRE_ID;
  }

  /** Whether {@link #encoded} is the residue itself. */
  boolean isStored() {
    return codec != null && codec.wireId() == StoredCodec.WIRE_ID;
  }

  /** Writes {@link #residueBytes} to {@code residue} from 0 on. */
  void decode(ByteBuffer residue, LaneDecoding lane) throws CorruptBatchException {
    try {
      if (codec == null) {
        lane.decode(encoded, residue.clear(), residueBytes);
      } else {
        codec.decode(encoded, residue.clear(), residueBytes);
      }
    } catch (CorruptResidueException e) {
      throw new CorruptBatchException("residue: " + e.getMessage());
    }
  }
}
