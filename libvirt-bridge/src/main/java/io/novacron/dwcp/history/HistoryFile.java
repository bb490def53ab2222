package io.novacron.dwcp.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The history on disk: one JSON record on each line, the last line of an id counts.
 *
 * <p>Not thread-safe. After an {@link IOException} the file may end in half a line; {@link
 * #rewrite} puts it right, and {@link #load} skips that line.
 */
final class HistoryFile {

  /**
   * A record takes about 500 bytes; the reason is the only part without a bound of its own. A
   * longer line is no record of ours.
   */
  static final int LONGEST_LINE_BYTES = 64 * 1024;

  private final Path file;
  private int lines;
  private boolean endsInHalfLine;

  HistoryFile(Path file) {
    this.file = file;
  }

  /** How many lines the file has; the caller rewrites when most of them are outdated. */
  int lines() {
    return lines;
  }

  /**
   * Reads all records in the file's order; an absent file has none.
   *
   * @param skipped receives one sentence for each line that is no record
   */
  List<MigrationRecord> load(Collection<String> skipped) throws IOException {
    List<MigrationRecord> records = new ArrayList<>();
    lines = 0;
    endsInHalfLine = false;
    if (!Files.exists(file)) {
      return records;
    }
    if (!Files.isRegularFile(file)) {
      // A device or a pipe might never end.
      throw new IOException(file + " is not a regular file");
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      var line = new ByteArrayOutputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next == '\n') {
          take(line, records, skipped);
        } else if (line.size() <= LONGEST_LINE_BYTES) {
          line.write(next);
        }
      }
      endsInHalfLine = line.size() > 0;
      take(line, records, skipped);
    }
    return records;
  }

  private void take(
      ByteArrayOutputStream line, List<MigrationRecord> records, Collection<String> skipped) {
    if (line.size() == 0) {
      return;
    }
    lines++;
    try {
      records.add(parse(line));
    } catch (RuntimeException damaged) {
      // Gson reports a missing component through several unchecked types.
      skipped.add(file + ":" + lines + ": not a record of a migration; skipped");
    }
    line.reset();
  }

  private static MigrationRecord parse(ByteArrayOutputStream line) {
    if (line.size() > LONGEST_LINE_BYTES) {
      throw new IllegalArgumentException("longer than " + LONGEST_LINE_BYTES + " bytes");
    }
    MigrationRecord parsed = Json.COMPACT.fromJson(line.toString(UTF_8), MigrationRecord.class);
    if (parsed == null) {
      throw new IllegalArgumentException("null");
    }
    return parsed;
  }

  /** Adds one record at the end. */
  void append(MigrationRecord added) throws IOException {
    byte[] line = line(added);
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      if (endsInHalfLine) {
        writeAll(out, new byte[] {'\n'});
      }
      endsInHalfLine = true;
      writeAll(out, line);
      endsInHalfLine = false;
    }
    lines++;
  }

  /** Replaces the whole file; whoever reads it meanwhile sees the old or the new one. */
  void rewrite(Collection<MigrationRecord> records) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path next = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel out =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (MigrationRecord each : records) {
        writeAll(out, line(each));
      }
      out.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    lines = records.size();
    endsInHalfLine = false;
  }

  private static byte[] line(MigrationRecord written) {
    return (Json.COMPACT.toJson(written) + "\n").getBytes(UTF_8);
  }

  private static void writeAll(FileChannel out, byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      out.write(left);
    }
  }
}
