package io.novacron.dwcp.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads an audit log and says whether it is whole. */
public sealed interface AuditCheck {
  /**
   * Each line follows the one before.
   *
   * @param lastHash to be noted elsewhere: whoever may write the file may write it anew from any
   *     line on, and cannot make it end with this
   */
  record Whole(long lines, String lastHash) implements AuditCheck {}

  /**
   * A line does not follow the one before: it, or those before it, were changed.
   *
   * @param line from 1
   */
  record Broken(long line) implements AuditCheck {}

  /**
   * Reads the file to its end.
   *
   * @throws IOException when it cannot be read
   */
  static AuditCheck of(Path file) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String previous = AuditChain.BEGINNING;
      long count = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        count++;
        if (!AuditChain.follows(previous, line)) {
          return new Broken(count);
        }
        previous = AuditChain.hashOf(line);
      }
      return new Whole(count, previous);
    }
  }
}
