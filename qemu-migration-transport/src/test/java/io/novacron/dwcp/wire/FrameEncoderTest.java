package io.novacron.dwcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameEncoderTest {
  private static String readBack(Frame frame) throws WireException {
    Received received = new Received();
    new FrameDecoder(new CountingBuffers()).feed(FrameEncoder.encode(frame), received);
    assertEquals(1, received.notations().size());
    return received.notations().getFirst();
  }

  @Test
  void cutsALongReasonBetweenTwoCharacters() throws WireException {
    for (int before = 0; before < 4; before++) {
      String reason = "a".repeat(before) + "\u20ac".repeat(400);
      String kept = "a".repeat(before) + "\u20ac".repeat((Limits.MAX_REASON_BYTES - before) / 3);
      assertEquals("GOODBYE reason=" + kept, readBack(new Frame.Goodbye(reason)));
    }
  }

  @Test
  void cutsAHostNameToItsLimit() throws WireException {
    Frame.HelloReply reply = new Frame.HelloReply(1, ExampleFrames.SESSION, 0, 0, "h".repeat(300));
    String seen = readBack(reply);
    assertEquals(Limits.MAX_NAME_BYTES, seen.length() - seen.indexOf("host=") - 5);
  }

  @Test
  void writesTextsOfTheirGreatestLength() throws WireException {
    String reason = "r".repeat(Limits.MAX_REASON_BYTES);
    for (Frame frame :
        List.of(
            new Frame.Goodbye(reason),
            new Frame.Refuse(RefuseCode.BUSY, reason),
            new Frame.Reset(1, ResetCode.SESSION, reason))) {
      assertEquals(FrameNotation.of(frame), readBack(frame));
    }
  }

  @Test
  void leavesThePayloadOfADataHeaderUnconsumed() {
    ByteBuffer payload = ByteBuffer.wrap(ExampleFrames.BATCH);
    FrameEncoder.dataHeader(2, 1, payload);
    assertEquals(ExampleFrames.BATCH.length, payload.remaining());
  }

  @Test
  void refusesToWriteDataAsOnePiece() {
    PayloadBuffer payload = new CountingBuffers().take(1);
    assertThrows(
        IllegalArgumentException.class, () -> FrameEncoder.encode(new Frame.Data(1, 1, payload)));
  }
}
