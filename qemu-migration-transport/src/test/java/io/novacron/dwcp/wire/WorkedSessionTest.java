package io.novacron.dwcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.CorruptBatchException;
import io.novacron.dwcp.encoding.DestinationDecoder;
import io.novacron.dwcp.encoding.UnpackedBatch;
import io.novacron.dwcp.kernels.JavaPageKernels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The session in hex of PROTOCOL.md section 11 consists of the frames that it says. */
class WorkedSessionTest {
  /** A frame as the document states it: who sends it, what it says, its bytes. */
  private record Stated(String way, String notation, String hex) {}

  private static List<Stated> stated() throws IOException {
    List<Stated> frames = new ArrayList<>();
    String way = "";
    String notation = "";
    StringBuilder hex = new StringBuilder();
    for (String line : ProtocolDocument.read().lines("11")) {
      if (line.matches("s\\d [<>] .*") || line.equals("```")) {
        if (!hex.isEmpty()) {
          frames.add(new Stated(way, notation, hex.toString()));
        }
        hex.setLength(0);
        way = line.length() < 5 ? "" : line.substring(0, 4);
        notation = line.length() < 5 ? "" : line.substring(5);
      } else if (line.startsWith("  ")) {
        hex.append(line.strip());
      }
    }
    return frames;
  }

  /** DATA as its raw bytes, since the document says what it carries. */
  private static String notation(Frame frame, DestinationDecoder direction)
      throws CorruptBatchException {
    if (!(frame instanceof Frame.Data data)) {
      return FrameNotation.of(frame);
    }
    try (UnpackedBatch batch = direction.unpack(data.payload().bytes())) {
      ByteBuffer raw = ByteBuffer.allocate(batch.rawBytes());
      direction.assemble(batch, raw);
      String hex = FrameNotation.hex(raw.flip());
      return "DATA channel=" + data.channelId() + " sequence=" + data.sequence() + " raw=" + hex;
    }
  }

  @Test
  void consistsOfTheStatedFrames() throws Exception {
    Map<String, FrameDecoder> streams = new HashMap<>();
    CountingBuffers buffers = new CountingBuffers();
    List<String> types = new ArrayList<>();
    try (DestinationDecoder forward = new DestinationDecoder(0, new JavaPageKernels());
        DestinationDecoder returnPath = new DestinationDecoder(0, new JavaPageKernels())) {
      for (Stated stated : stated()) {
        List<Frame> seen = new ArrayList<>();
        DestinationDecoder direction = stated.way().endsWith(">") ? forward : returnPath;
        streams
            .computeIfAbsent(stated.way(), way -> new FrameDecoder(buffers))
            .feed(ByteBuffer.wrap(HexFormat.of().parseHex(stated.hex())), seen::add);
        assertEquals(1, seen.size(), stated.notation());
        assertEquals(stated.notation(), notation(seen.getFirst(), direction));
        assertHolds(seen.getFirst(), direction);
        types.add(stated.notation().split(" ", 2)[0]);
      }
    }
    assertTrue(
        types.containsAll(List.of("HELLO", "OPEN", "OPENED", "DATA", "ACK", "END", "GOODBYE")),
        types.toString());
  }

  private static void assertHolds(Frame frame, DestinationDecoder direction) {
    if (frame instanceof Frame.End end) {
      assertEquals(direction.rawBytes(), end.rawBytes());
      assertEquals(Digest.of(direction.chainDigest()), end.chainDigest());
    }
  }
}
