package io.novacron.dwcp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Aligned columns, two spaces apart; a heading that begins with {@code >} aligns to the right. */
final class Table {

  private static final String GAP = "  ";

  private final boolean[] toTheRight;
  private final List<String[]> rows = new ArrayList<>();

  Table(String... headings) {
    toTheRight = new boolean[headings.length];
    String[] plain = new String[headings.length];
    for (int column = 0; column < headings.length; column++) {
      toTheRight[column] = headings[column].startsWith(">");
      plain[column] = headings[column].substring(toTheRight[column] ? 1 : 0);
    }
    rows.add(plain);
  }

  void row(String... cells) {
    if (cells.length != toTheRight.length) {
      throw new IllegalArgumentException(
          cells.length + " cells, " + toTheRight.length + " columns");
    }
    String[] shown = new String[cells.length];
    for (int column = 0; column < cells.length; column++) {
      shown[column] = safe(cells[column]);
    }
    rows.add(shown);
  }

  /**
   * The text without what would steer a terminal: names of guests and errors come from elsewhere.
   */
  static String safe(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  void print(PrintWriter out) {
    int[] widths = new int[toTheRight.length];
    for (String[] row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row[column].length());
      }
    }
    for (String[] row : rows) {
      var line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String padding = " ".repeat(widths[column] - row[column].length());
        line.append(column == 0 ? "" : GAP)
            .append(toTheRight[column] ? padding + row[column] : row[column] + padding);
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
