package io.novacron.dwcp.audit;

import io.novacron.dwcp.history.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Appends to {@code audit.log} of the state directory, which only its owner can read. A line that
 * was cut off by a crash is cut away, so that the file stays whole. Where the disk takes nothing,
 * or there are too many lines, the daemon goes on and says so once; what was decided meanwhile is
 * missing, and the next line counts it. A file that was moved away is begun anew, with a chain of
 * its own.
 *
 * <p>Thread-safe; a call may wait for the disk.
 */
public final class AuditLog {
  /** In the state directory. */
  public static final String FILE_NAME = "audit.log";

  /** 1 MiB: any line is within so much of the end. */
  private static final int TAIL_BYTES = 1024 * 1024;

  /** Longer texts come from peers and are cut. */
  private static final int LONGEST_DETAIL = 1024;

  /** 600 a minute: 200 KiB, where a migration writes three. */
  static final int MOST_A_MINUTE = 600;

  private final Path file;
  private final InstantSource clock;
  private final Consumer<String> warnings;
  private String lastHash = "";
  private boolean isOpen;
  private long lost;
  private long countedMinute;
  private int linesInMinute;

  /**
   * @param warnings is called once when lines begin to be lost
   */
  public AuditLog(Path stateDir, InstantSource clock, Consumer<String> warnings) {
    this.file = stateDir.resolve(FILE_NAME);
    this.clock = clock;
    this.warnings = warnings;
  }

  /** Writes down one decision. */
  public synchronized void write(AuditEvent event) {
    try {
      if (!mayWrite()) {
        throw new IOException("more than " + MOST_A_MINUTE + " lines in a minute");
      }
      if (!isOpen || !Files.exists(file)) {
        open();
      }
      String line = AuditChain.line(lastHash, text(event));
      append(line);
      lastHash = AuditChain.hashOf(line);
      lost = 0;
    } catch (IOException e) {
      isOpen = false; // what was written of the line is cut away before the next
      if (lost++ == 0) {
        warnings.accept("the audit log " + file + " cannot be written: " + e);
      }
    }
  }

  /** Who floods the port shall not fill the disk. */
  private boolean mayWrite() {
    long minute = clock.instant().getEpochSecond() / 60;
    if (minute != countedMinute) {
      countedMinute = minute;
      linesInMinute = 0;
    }
    return ++linesInMinute <= MOST_A_MINUTE;
  }

  private String text(AuditEvent event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("at", clock.instant());
    fields.put("event", event.event());
    fields.put("who", cut(event.who()));
    if (lost > 0) {
      fields.put("lostBefore", lost);
    }
    event.details().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(each -> fields.put(each.getKey(), cut(each.getValue())));
    return Json.COMPACT.toJson(fields);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "…";
  }

  private void open() throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
      long length = whole.length();
      int tail = (int) Math.min(TAIL_BYTES, length);
      byte[] bytes = new byte[tail];
      whole.seek(length - tail);
      whole.readFully(bytes);
      int end = tail;
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      whole.setLength(length - tail + end);
      int begin = Math.max(0, end - 1);
      while (begin > 0 && bytes[begin - 1] != '\n') {
        begin--;
      }
      String last = new String(bytes, begin, Math.max(0, end - 1 - begin), StandardCharsets.UTF_8);
      lastHash = end == 0 ? AuditChain.BEGINNING : AuditChain.hashOf(last);
    }
    isOpen = true;
  }

  private void append(String line) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
    Set<StandardOpenOption> options = Set.of(StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    try (FileChannel out = FileChannel.open(file, options)) {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
  }
}
