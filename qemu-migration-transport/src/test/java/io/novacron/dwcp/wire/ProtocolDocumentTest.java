package io.novacron.dwcp.wire;

import static io.novacron.dwcp.wire.ProtocolDocument.cell;
import static io.novacron.dwcp.wire.ProtocolDocument.numbers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Numbers and names of PROTOCOL.md are those of the code. Layouts: {@link DocumentedLayoutTest}.
 */
class ProtocolDocumentTest {
  private static final Pattern CITATION =
      Pattern.compile("PROTOCOL\\.md[\\s*]+(?:section[\\s*]+)?(\\d+(?:\\.\\d+)?)");

  private final ProtocolDocument document = ProtocolDocument.read();

  ProtocolDocumentTest() throws IOException {}

  @Test
  void listsEveryLimit() throws IllegalAccessException {
    Map<String, Long> constants = new LinkedHashMap<>();
    for (Field field : Limits.class.getDeclaredFields()) {
      constants.put(field.getName(), ((Number) field.get(null)).longValue());
    }
    assertEquals(constants, numbers(document.table("3", "name"), "name", "value"));
  }

  @Test
  void listsEveryFrameTypeWithNumberAndPayloadLimit() {
    List<Map<String, String>> rows = document.table("4", "type");
    Map<String, Long> codes = new LinkedHashMap<>();
    Map<String, Long> limits = new LinkedHashMap<>();
    for (FrameType type : FrameType.values()) {
      codes.put(type.name(), (long) type.code());
      limits.put(type.name(), (long) type.maxPayloadBytes());
    }
    assertEquals(codes, numbers(rows, "type", "number"));
    assertEquals(limits, numbers(rows, "type", "payload at most"));
  }

  @Test
  void saysWhichTypesHaveAChannelAndASequence() throws WireException {
    for (Map<String, String> row : document.table("4", "type")) {
      FrameType type = FrameType.valueOf(cell(row, "type"));
      int channel = cell(row, "channel").equals("yes") ? 1 : 0;
      int sequence = cell(row, "sequence").equals("1 or more") ? 1 : 0;
      FrameReader.checkNumbers(type, channel, sequence);
      assertThrows(
          WireException.class, () -> FrameReader.checkNumbers(type, 1 - channel, sequence));
      assertThrows(
          WireException.class, () -> FrameReader.checkNumbers(type, channel, 1 - sequence));
    }
  }

  @Test
  void hasASectionForEveryFrameType() {
    List<String> names = Arrays.stream(FrameType.values()).map(Enum::name).toList();
    List<String> sections = new ArrayList<>();
    document
        .titles()
        .forEach((number, title) -> {
          if (number.startsWith("4.")) {
            sections.add(title);
          }
        });
    assertEquals("Images", sections.removeLast());
    assertEquals("Baseline", sections.removeLast());
    assertEquals("Batch payload", sections.removeLast());
    assertEquals(names, sections);
  }

  @Test
  void listsEveryChannelKind() {
    Map<String, Long> kinds = new LinkedHashMap<>();
    for (ChannelKind kind : ChannelKind.values()) {
      kinds.put(kind.name(), (long) kind.code());
    }
    assertEquals(kinds, numbers(document.table("4.4", "kind"), "kind", "number"));
  }

  @Test
  void listsEveryRefusalAndReset() {
    Map<String, Long> refusals = new LinkedHashMap<>();
    for (RefuseCode code : RefuseCode.values()) {
      refusals.put(code.name(), (long) code.code());
    }
    Map<String, Long> resets = new LinkedHashMap<>();
    for (ResetCode code : ResetCode.values()) {
      resets.put(code.name(), (long) code.code());
    }
    assertEquals(refusals, numbers(document.table("8", "refusal"), "refusal", "number"));
    assertEquals(resets, numbers(document.table("8", "reset"), "reset", "number"));
  }

  @Test
  void namesTheVersionSpokenInItsChanges() {
    List<Map<String, String>> changes = document.table("12", "version");
    assertEquals(
        ProtocolVersions.SPOKEN.newest(), Integer.parseInt(cell(changes.getLast(), "version")));
  }

  @Test
  void hasTheSectionsThatTheSourceCites() throws IOException {
    TreeSet<String> cited = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java/io/novacron/dwcp"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        Matcher matcher = CITATION.matcher(Files.readString(file));
        while (matcher.find()) {
          cited.add(matcher.group(1));
        }
      }
    }
    assertTrue(cited.containsAll(List.of("3", "4", "4.4", "5", "8")), cited.toString());
    cited.removeAll(document.titles().keySet());
    assertEquals(new TreeSet<>(), cited);
  }
}
