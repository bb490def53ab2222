package io.novacron.dwcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Vectors made with another program from PROTOCOL.md. Append only: peers of old releases live. */
class WireVectorsTest {
  /** A directory for each version, with what it brought. */
  private static final Path VECTORS = Path.of("src/test/resources/vectors/wire");

  private static Map<String, String> vectors() throws IOException {
    Map<String, String> vectors = new TreeMap<>();
    try (Stream<Path> files = Files.walk(VECTORS)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString().replace(".hex", "");
        vectors.put(name, Files.readString(file).replaceAll("\\s", ""));
      }
    }
    return vectors;
  }

  @Test
  void encodesEveryFrameAsItsVector() throws IOException {
    Map<String, String> encoded = new TreeMap<>();
    ExampleFrames.encoded()
        .forEach((name, bytes) -> encoded.put(name, HexFormat.of().formatHex(bytes)));
    assertEquals(vectors(), encoded);
  }

  @Test
  void readsEveryVectorBack() throws Exception {
    Map<String, Frame> expected = ExampleFrames.withoutData();
    for (Map.Entry<String, String> vector : vectors().entrySet()) {
      CountingBuffers buffers = new CountingBuffers();
      ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(vector.getValue()));
      FrameDecoder decoder = new FrameDecoder(buffers);
      Received received = new Received();
      decoder.feed(bytes, received);
      assertEquals(1, received.notations().size(), vector.getKey());
      String seen = received.notations().getFirst();
      Frame frame = expected.get(vector.getKey());
      assertEquals(
          frame == null
              ? "DATA channel=2 sequence=1 batch=" + HexFormat.of().formatHex(ExampleFrames.BATCH)
              : FrameNotation.of(frame),
          seen);
      assertEquals(0, buffers.held());
    }
  }

  @Test
  void hasAVectorOfEveryFrameType() throws IOException {
    for (FrameType type : FrameType.values()) {
      String prefix = String.format("%02x", type.code());
      assertTrue(
          vectors().values().stream().anyMatch(hex -> hex.startsWith(prefix)), type.toString());
    }
  }
}
