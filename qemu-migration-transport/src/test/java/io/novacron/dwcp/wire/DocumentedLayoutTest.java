package io.novacron.dwcp.wire;

import static io.novacron.dwcp.wire.ProtocolDocument.cell;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each field lies where the tables of PROTOCOL.md section 4 say, and nothing lies elsewhere. */
class DocumentedLayoutTest {
  private static final String SESSION = "00112233445566778899aabbccddeeff";
  private static final String SOURCE_INSTANCE = "0102030405060708";

  /** Fields in hex, by the section of their table and the example that has them. */
  private static final Map<String, Map<String, String>> FIELDS =
      Map.ofEntries(
          Map.entry(
              "4.1 hello-resume",
              Map.of(
                  "magic", "44574350",
                  "oldest", "0001",
                  "newest", "0003",
                  "session", SESSION,
                  "flags", "00000001",
                  "instance", SOURCE_INSTANCE,
                  "host", "000568c3b67374")),
          Map.entry(
              "4.2 hello-reply",
              Map.of(
                  "magic", "44574350",
                  "version", "0001",
                  "reserved", "0000",
                  "session", SESSION,
                  "instance", "f0e0d0c0b0a09080",
                  "historyBudget", "0000000040000000",
                  "host", "0006686f73742d62")),
          Map.entry("4.3 refuse", Map.of("code", "0001", "reason", "*")),
          Map.entry(
              "4.4 open-memory-baseline-images",
              Map.of(
                  "kind", "0002",
                  "port", "c000",
                  "historyPages", "00030000",
                  "migration", "1122334455667788",
                  "baseline", "1e02027bf84cd0b501196f76f5791eb5ab03a2b3ad0fb05ba56a560c135e81d0",
                  "images",
                      "1e02027bf84cd0b501196f76f5791eb5ab03a2b3ad0fb05ba56a560c135e81d0"
                          + "0000000000000001000000000000000200000000000000030000000000000004")),
          Map.entry(
              "4.5 opened-baseline-damaged",
              Map.of(
                  "missingRanges", "0002",
                  "missing", "000000400000004000000fa000000001")),
          Map.entry("4.6 data", Map.of("batch", HexFormat.of().formatHex(ExampleFrames.BATCH))),
          Map.entry(
              "4.7 end",
              Map.of(
                  "rawBytes", "0000000000000003",
                  "chainDigest",
                      "1e02027bf84cd0b501196f76f5791eb5ab03a2b3ad0fb05ba56a560c135e81d0")),
          Map.entry("4.8 reset", Map.of("code", "0002", "reason", "*")),
          Map.entry("4.10 ack", Map.of("credit", "0000000004000030")),
          Map.entry("4.11 ping", Map.of("token", "1020304050607080")),
          Map.entry("4.12 pong", Map.of("token", "1020304050607080")),
          Map.entry("4.13 goodbye", Map.of("reason", "*")));

  private final ProtocolDocument document = ProtocolDocument.read();

  DocumentedLayoutTest() throws IOException {}

  @Test
  void putsEveryPayloadFieldWhereItsTableSays() {
    FIELDS.forEach((where, fields) -> {
      String[] sectionAndExample = where.split(" ", 2);
      byte[] frame = example(sectionAndExample[1]);
      ByteBuffer payload =
          ByteBuffer.wrap(frame, Limits.HEADER_BYTES, frame.length - Limits.HEADER_BYTES).slice();
      Map<String, String> seen = cut(document.table(sectionAndExample[0], "offset"), payload);
      seen.replaceAll((field, hex) -> "*".equals(fields.get(field)) ? "*" : hex);
      assertEquals(fields, seen, where);
    });
  }

  @Test
  void hasATableForEveryFrameWithAPayload() {
    List<String> expected = new ArrayList<>();
    for (FrameType type : FrameType.values()) {
      if (type.maxPayloadBytes() > 0) {
        expected.add(type.name());
      }
    }
    List<String> seen = new ArrayList<>();
    document
        .titles()
        .forEach((number, title) -> {
          if (FIELDS.keySet().stream().anyMatch(where -> where.startsWith(number + " "))) {
            seen.add(title);
          }
        });
    assertEquals(expected, seen);
  }

  @Test
  void putsEveryHeaderFieldWhereItsTableSays() {
    byte[] frame = example("end");
    Map<String, String> seen =
        cut(document.table("4", "offset"), ByteBuffer.wrap(frame, 0, Limits.HEADER_BYTES).slice());
    assertEquals(
        Map.of(
            "type", "0d",
            "flags", "00",
            "reserved", "0000",
            "length", "00000028",
            "channel", "00000002",
            "crc", "899ea9a2",
            "sequence", "0000000000000002"),
        seen);
  }

  private static byte[] example(String name) {
    byte[] frame = ExampleFrames.encoded().get(name);
    if (frame == null) {
      throw new AssertionError("no example " + name);
    }
    return frame;
  }

  /** The bytes of each row's field; checks that the rows leave no gap and nothing over. */
  static Map<String, String> cut(List<Map<String, String>> rows, ByteBuffer bytes) {
    Map<String, String> fields = new LinkedHashMap<>();
    int end = 0;
    for (Map<String, String> row : rows) {
      String field = cell(row, "field");
      assertEquals(end, Integer.parseInt(cell(row, "offset")), field);
      int size = size(cell(row, "size"), cell(row, "type"), bytes, end);
      byte[] value = new byte[size];
      bytes.get(end, value);
      fields.put(field, HexFormat.of().formatHex(value));
      end += size;
    }
    assertEquals(bytes.limit(), end, "end of the last field");
    return fields;
  }

  private static int size(String size, String type, ByteBuffer bytes, int offset) {
    if (size.equals("2+n")) {
      assertEquals("text", type);
      return Short.BYTES + (bytes.getShort(offset) & 0xffff);
    }
    if (size.equals("n")) {
      assertEquals("bytes", type);
      return bytes.limit() - offset;
    }
    Integer ofType =
        switch (type) {
          case "u8" -> 1;
          case "u16" -> 2;
          case "u32" -> 4;
          case "u64" -> 8;
          case "digest" -> Digest.BYTES;
          default -> null;
        };
    int stated = Integer.parseInt(size);
    if (ofType != null) {
      assertEquals(ofType, stated, "size of " + type);
    }
    return stated;
  }
}
