package io.novacron.dwcp.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what was probably meant by a name that does not exist. */
final class NearestName {

  private NearestName() {}

  /**
   * The candidate whose last part is the fewest edits away from that of {@code path}; empty when
   * even the nearest differs in more than a third of its letters.
   */
  static Optional<String> of(String path, Collection<String> candidates) {
    String name = lastPart(path);
    return candidates.stream()
        .min(
            Comparator.<String>comparingInt(known -> edits(name, lastPart(known)))
                .thenComparingInt(known -> edits(path, known)))
        .filter(known -> edits(name, lastPart(known)) * 3 <= lastPart(known).length());
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** Levenshtein's distance, row by row. */
  static int edits(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      above[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] current = new int[to.length() + 1];
      current[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int replaced = above[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
        current[column] = Math.min(replaced, 1 + Math.min(above[column], current[column - 1]));
      }
      above = current;
    }
    return above[to.length()];
  }
}
