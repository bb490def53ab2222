package io.novacron.dwcp.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** PROTOCOL.md by sections: "4.4" has the lines below the heading "### 4.4 OPEN". */
final class ProtocolDocument {
  private final Map<String, List<String>> sections = new LinkedHashMap<>();
  private final Map<String, String> titles = new LinkedHashMap<>();

  static ProtocolDocument read() throws IOException {
    ProtocolDocument document = new ProtocolDocument();
    List<String> section = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("PROTOCOL.md"))) {
      if (line.matches("##+ \\d.*")) {
        String[] words = line.split(" ", 3);
        String number = words[1].replaceFirst("\\.$", "");
        section = new ArrayList<>();
        document.sections.put(number, section);
        document.titles.put(number, words[2]);
      } else {
        section.add(line);
      }
    }
    return document;
  }

  /** Section numbers and their titles, in order. */
  Map<String, String> titles() {
    return titles;
  }

  List<String> lines(String section) {
    List<String> lines = sections.get(section);
    if (lines == null) {
      throw new AssertionError("PROTOCOL.md has no section " + section);
    }
    return lines;
  }

  /** The rows of the table in the section whose first column has this name, by column name. */
  List<Map<String, String>> table(String section, String firstColumn) {
    List<Map<String, String>> rows = new ArrayList<>();
    List<String> columns = List.of();
    for (String line : lines(section)) {
      List<String> cells = cells(line);
      if (cells.isEmpty()) {
        columns = List.of();
      } else if (columns.isEmpty()) {
        columns = cells;
      } else if (columns.getFirst().equals(firstColumn) && !line.startsWith("|-")) {
        rows.add(row(columns, cells));
      }
    }
    if (rows.isEmpty()) {
      throw new AssertionError("section " + section + " has no table of " + firstColumn);
    }
    return rows;
  }

  private static Map<String, String> row(List<String> columns, List<String> cells) {
    Map<String, String> row = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      row.put(columns.get(i), cells.get(i));
    }
    return row;
  }

  private static List<String> cells(String line) {
    if (!line.startsWith("|")) {
      return List.of();
    }
    List<String> cells = new ArrayList<>();
    for (String cell : line.substring(1).split("\\|", -1)) {
      cells.add(cell.strip());
    }
    cells.removeLast();
    return cells;
  }

  /** Two columns of a table as a map. */
  static Map<String, Long> numbers(List<Map<String, String>> rows, String name, String number) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    rows.forEach(row -> numbers.put(cell(row, name), Long.decode(cell(row, number))));
    return numbers;
  }

  static String cell(Map<String, String> row, String column) {
    String cell = row.get(column);
    if (cell == null) {
      throw new AssertionError("no column " + column + " in " + row.keySet());
    }
    return cell;
  }
}
