package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.plugin.CorruptResidueException;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ResidueCodec promises, for the codecs of our own. */
class ResidueCodecTest {

  static Stream<ResidueCodec> codecs() {
    return Stream.of(new StoredCodec(), new ZstdCodec(1), new ZstdCodec(3), new ZstdCodec(19));
  }

  private static ByteBuffer content(int before, int lengthBytes, int kinds) {
    Random random = new Random(lengthBytes);
    ByteBuffer buffer = ByteBuffer.allocateDirect(before + lengthBytes + 5);
    for (int i = 0; i < before + lengthBytes; i++) {
      buffer.put((byte) random.nextInt(kinds));
    }
    return buffer.flip().position(before);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void restoresEveryLengthAndMovesNoPosition(ResidueCodec codec) throws CorruptResidueException {
    for (int lengthBytes : new int[] {1, 2, 100, 4096, 70_000, BatchFormat.MAX_RESIDUE_BYTES}) {
      for (int kinds : new int[] {1, 3, 256}) {
        ByteBuffer src = content(7, lengthBytes, kinds);
        ByteBuffer encoded = ByteBuffer.allocateDirect(3 + codec.maxEncodedBytes(lengthBytes));
        int encodedBytes = codec.encode(src, encoded.position(3));
        assertEquals(7, src.position());
        assertEquals(3, encoded.position());
        ByteBuffer decoded = ByteBuffer.allocateDirect(11 + lengthBytes).position(11);
        codec.decode(encoded.limit(3 + encodedBytes), decoded, lengthBytes);
        assertEquals(3, encoded.position());
        assertEquals(src, decoded);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void refusesAnotherLengthThanExpectedAndWritesNothingBehindIt(ResidueCodec codec) {
    ByteBuffer src = content(0, 5000, 3);
    ByteBuffer encoded = ByteBuffer.allocateDirect(codec.maxEncodedBytes(5000));
    encoded.limit(codec.encode(src, encoded));
    for (int expectedBytes : new int[] {1, 4999, 5001}) {
      ByteBuffer decoded = ByteBuffer.allocateDirect(6000);
      assertThrows(
          CorruptResidueException.class, () -> codec.decode(encoded, decoded, expectedBytes));
      for (int at = expectedBytes; at < 6000; at++) {
        assertEquals(0, decoded.get(at));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void neverNeedsMoreRoomThanAPayloadHas(ResidueCodec codec) {
    assertTrue(
        codec.maxEncodedBytes(BatchFormat.MAX_RESIDUE_BYTES)
            <= SourceEncoder.maxPayloadBytes() - BatchFormat.HEADER_BYTES);
  }
}
