package io.novacron.dwcp.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Amounts for people: three figures that matter, the unit beside them. */
final class Amounts {

  private static final double MIB = 1 << 20;
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private Amounts() {}

  static String mebibytes(long bytes) {
    return bytes == 0 ? "-" : String.format(Locale.ROOT, "%,.1f MiB", bytes / MIB);
  }

  /** As links are named. */
  static String megabitsPerSecond(long bytesPerSecond) {
    return String.format(Locale.ROOT, "%,.1f Mbit/s", (double) bytesPerSecond / 125_000);
  }

  static String milliseconds(long micros) {
    return String.format(Locale.ROOT, "%.1f ms", micros / 1000.0);
  }

  /** Tenths up to a minute; from there whole units, the two largest. */
  static String seconds(double seconds) {
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    if (whole < 3_600) {
      return whole / 60 + " min " + whole % 60 + " s";
    }
    if (whole < 86_400) {
      return whole / 3_600 + " h " + whole % 3_600 / 60 + " min";
    }
    return whole / 86_400 + " d " + whole % 86_400 / 3_600 + " h";
  }

  /** In the time zone of whoever reads it; JSON has UTC. */
  static String clock(Instant instant) {
    return CLOCK.format(instant.atZone(ZoneId.systemDefault()));
  }
}
