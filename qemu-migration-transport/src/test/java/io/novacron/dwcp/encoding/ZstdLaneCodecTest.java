package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import io.novacron.dwcp.plugin.CorruptResidueException;
import io.novacron.dwcp.plugin.LaneCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What LaneCodec promises, for the one of our own. */
class ZstdLaneCodecTest {

  private final LaneCodec codec = new ZstdLaneCodec();

  private static ByteBuffer content(Random random, int before, int lengthBytes, int kinds) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(before + lengthBytes + 5);
    for (int i = 0; i < before + lengthBytes; i++) {
      buffer.put((byte) random.nextInt(kinds));
    }
    return buffer.flip().position(before);
  }

  private ByteBuffer encode(LaneCodec.Encoder encoder, ByteBuffer residue, int effort) {
    int room = codec.maxEncodedBytes(residue.remaining());
    ByteBuffer encoded = ByteBuffer.allocateDirect(3 + room).position(3);
    int position = residue.position();
    int encodedBytes = encoder.encode(residue, encoded, effort);
    assertEquals(position, residue.position());
    assertEquals(3, encoded.position());
    return encoded.limit(3 + encodedBytes);
  }

  private static ByteBuffer decode(LaneCodec.Decoder decoder, ByteBuffer encoded, int expected)
      throws CorruptResidueException {
    ByteBuffer decoded = ByteBuffer.allocateDirect(11 + expected).position(11);
    int position = encoded.position();
    decoder.decode(encoded, decoded, expected);
    assertEquals(position, encoded.position());
    assertEquals(11, decoded.position());
    return decoded;
  }

  @Test
  void restoresEveryLengthAndContentWhileTheEffortChanges() throws CorruptResidueException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int[] lengths = {1, 2, 100, 4096, 70_000, 131_072, BatchFormat.MAX_RESIDUE_BYTES};
    try (LaneCodec.Encoder encoder = codec.encoder();
        LaneCodec.Decoder decoder = codec.decoder()) {
      for (int batch = 0; batch < 120; batch++) {
        int lengthBytes = lengths[random.nextInt(lengths.length)];
        int kinds = new int[] {1, 3, 256}[random.nextInt(3)];
        ByteBuffer residue = content(random, 7, lengthBytes, kinds);
        int effort = random.nextInt(4) == 0 ? random.nextInt(codec.efforts()) : 0;
        ByteBuffer encoded = encode(encoder, residue, effort);
        assertEquals(residue, decode(decoder, encoded, lengthBytes), "seed " + seed);
      }
    }
  }

  @Test
  void findsWhatABatchFarBeforeHad() {
    Random random = new Random(1);
    ByteBuffer seen = content(random, 0, 200_000, 256);
    try (LaneCodec.Encoder encoder = codec.encoder()) {
      encode(encoder, seen, 0);
      for (int batch = 0; batch < 80; batch++) {
        encode(encoder, content(random, 0, 250_000, 256), 0);
      }
      int again = encode(encoder, seen, 0).remaining();
      assertTrue(again < 10_000, again + " B for 200,000 B that lie 20 MB back");
    }
  }

  @Test
  void neverNeedsMoreRoomThanAPayloadHas() {
    assertTrue(
        codec.maxEncodedBytes(BatchFormat.MAX_RESIDUE_BYTES)
            <= SourceEncoder.maxPayloadBytes() - BatchFormat.HEADER_BYTES);
  }

  private List<ByteBuffer> lane(int batches) {
    Random random = new Random(batches);
    List<ByteBuffer> lane = new ArrayList<>();
    try (LaneCodec.Encoder encoder = codec.encoder()) {
      for (int batch = 0; batch < batches; batch++) {
        lane.add(encode(encoder, content(random, 0, 600, 40), 0));
      }
    }
    return lane;
  }

  @Test
  void refusesAnotherLengthThanExpectedAndWritesNothingBehindIt() {
    ByteBuffer encoded = lane(1).getFirst();
    for (int expectedBytes : new int[] {1, 599, 601, 60_000}) {
      try (LaneCodec.Decoder decoder = codec.decoder()) {
        ByteBuffer decoded = ByteBuffer.allocateDirect(61_000);
        assertThrows(
            CorruptResidueException.class, () -> decoder.decode(encoded, decoded, expectedBytes));
        for (int at = expectedBytes; at < 61_000; at++) {
          assertEquals(0, decoded.get(at));
        }
      }
    }
  }

  @Test
  void refusesABatchThatIsCutAtAnyByte() throws CorruptResidueException {
    List<ByteBuffer> lane = lane(2);
    for (int batch = 0; batch < 2; batch++) {
      ByteBuffer whole = lane.get(batch);
      for (int cut = 0; cut < whole.remaining(); cut++) {
        try (LaneCodec.Decoder decoder = codec.decoder()) {
          if (batch == 1) {
            decode(decoder, lane.getFirst(), 600);
          }
          ByteBuffer part = whole.duplicate().limit(whole.position() + cut);
          assertThrows(CorruptResidueException.class, () -> decode(decoder, part, 600));
        }
      }
    }
  }

  @Test
  void refusesABatchThatDoesNotBeginALane() {
    try (LaneCodec.Decoder decoder = codec.decoder()) {
      assertThrows(CorruptResidueException.class, () -> decode(decoder, lane(2).getLast(), 600));
    }
  }

  @Test
  void refusesBytesBehindTheResidueThatAreNoBlock() {
    ByteBuffer whole = lane(1).getFirst();
    ByteBuffer longer = ByteBuffer.allocateDirect(whole.remaining() + 3).put(whole);
    longer.put((byte) 0xff).put((byte) 0xff).put((byte) 0xff).flip();
    try (LaneCodec.Decoder decoder = codec.decoder()) {
      assertThrows(CorruptResidueException.class, () -> decode(decoder, longer, 600));
    }
  }

  /** Not decoded at all: it would not fit where compressed bytes wait. */
  @Test
  void refusesMoreThanAnyEncodingHas() {
    ByteBuffer tooMuch = ByteBuffer.allocateDirect(codec.maxEncodedBytes(600) + 1);
    try (LaneCodec.Decoder decoder = codec.decoder()) {
      assertThrows(CorruptResidueException.class, () -> decode(decoder, tooMuch, 600));
    }
  }

  @Test
  void refusesAFrameThatAsksForALargerWindowWhereverItBegins() throws CorruptResidueException {
    Random random = new Random(1);
    try (ZstdCompressCtx greedy = new ZstdCompressCtx();
        LaneCodec.Decoder fresh = codec.decoder();
        LaneCodec.Decoder used = codec.decoder()) {
      greedy.setWindowLog(ZstdLaneCodec.WINDOW_LOG);
      ByteBuffer within = ByteBuffer.allocateDirect(2000);
      greedy.compressDirectByteBufferStream(
          within, content(random, 0, 600, 40), EndDirective.FLUSH);
      decode(used, within.flip(), 600);
      ByteBuffer second = ByteBuffer.allocateDirect(2000);
      greedy.compressDirectByteBufferStream(second, ByteBuffer.allocateDirect(0), EndDirective.END);
      greedy.setWindowLog(ZstdLaneCodec.WINDOW_LOG + 1);
      int frame = second.position();
      greedy.compressDirectByteBufferStream(
          second, content(random, 0, 600, 40), EndDirective.FLUSH);
      second.flip();
      assertThrows(CorruptResidueException.class, () -> decode(used, second, 600));
      ByteBuffer first = second.duplicate().position(frame);
      assertThrows(CorruptResidueException.class, () -> decode(fresh, first, 600));
    }
  }

  @Test
  void survivesAnyChangedByteWithoutWritingElsewhere() {
    Random random = new Random(3);
    ByteBuffer whole = lane(1).getFirst();
    for (int at = whole.position(); at < whole.limit(); at++) {
      ByteBuffer changed =
          ByteBuffer.allocateDirect(whole.remaining()).put(whole.duplicate()).flip();
      int index = at - whole.position();
      changed.put(index, (byte) (changed.get(index) ^ (1 << random.nextInt(8))));
      ByteBuffer decoded = ByteBuffer.allocateDirect(1000);
      try (LaneCodec.Decoder decoder = codec.decoder()) {
        decoder.decode(changed, decoded, 600);
      } catch (CorruptResidueException e) {
        assertTrue(e.getMessage() != null);
      }
      for (int behind = 600; behind < 1000; behind++) {
        assertEquals(0, decoded.get(behind));
      }
    }
  }
}
