package io.novacron.dwcp.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers and units as operators write them: {@code 4 MiB}, {@code 30 s}, {@code 1 Gbit/s}. */
final class Quantity {

  private static final Pattern FORM = Pattern.compile("([0-9]{1,18})\\s*([A-Za-z/]*)");

  /** Largest first, so that the first unit that divides a value is the shortest way to write it. */
  private static final Map<String, Long> SIZE_UNITS = new LinkedHashMap<>();

  private static final Map<String, Long> DURATION_UNITS = new LinkedHashMap<>();

  private static final Map<String, Long> RATE_UNITS = new LinkedHashMap<>();

  static {
    SIZE_UNITS.put("GiB", 1L << 30);
    SIZE_UNITS.put("MiB", 1L << 20);
    SIZE_UNITS.put("KiB", 1L << 10);
    SIZE_UNITS.put("GB", 1_000_000_000L);
    SIZE_UNITS.put("MB", 1_000_000L);
    SIZE_UNITS.put("kB", 1_000L);
    SIZE_UNITS.put("B", 1L);
    DURATION_UNITS.put("d", 86_400_000L);
    DURATION_UNITS.put("h", 3_600_000L);
    DURATION_UNITS.put("min", 60_000L);
    DURATION_UNITS.put("s", 1_000L);
    DURATION_UNITS.put("ms", 1L);
    RATE_UNITS.put("Gbit/s", 125_000_000L);
    RATE_UNITS.put("Mbit/s", 125_000L);
    RATE_UNITS.put("kbit/s", 125L);
    RATE_UNITS.put("GB/s", 1_000_000_000L);
    RATE_UNITS.put("MB/s", 1_000_000L);
    RATE_UNITS.put("kB/s", 1_000L);
  }

  private Quantity() {}

  static long wholeNumber(String text) throws RefusedValueException {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || !form.group(2).isEmpty()) {
      throw new RefusedValueException(quoted(text) + " is not a whole number");
    }
    return Long.parseLong(form.group(1));
  }

  static long sizeBytes(String text) throws RefusedValueException {
    return scaled(text, SIZE_UNITS, "size", "MiB");
  }

  static long durationMillis(String text) throws RefusedValueException {
    return scaled(text, DURATION_UNITS, "duration", "s");
  }

  static long bytesPerSecond(String text) throws RefusedValueException {
    return scaled(text, RATE_UNITS, "rate", "Mbit/s");
  }

  static String rateText(long bytesPerSecond) {
    return shortest(bytesPerSecond, RATE_UNITS);
  }

  static String sizeText(long bytes) {
    return shortest(bytes, SIZE_UNITS);
  }

  static String durationText(Duration duration) {
    return duration.isZero() ? "0 s" : shortest(duration.toMillis(), DURATION_UNITS);
  }

  static long between(long value, long least, long most, String text) throws RefusedValueException {
    if (value < least || value > most) {
      throw new RefusedValueException(quoted(text) + " is out of range");
    }
    return value;
  }

  static String quoted(String text) {
    return '"' + text + '"';
  }

  private static long scaled(String text, Map<String, Long> units, String kind, String exampleUnit)
      throws RefusedValueException {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new RefusedValueException(quoted(text) + " is not a " + kind);
    }
    if (form.group(2).isEmpty()) {
      throw new RefusedValueException(
          quoted(text) + " has no unit; write it like \"" + text + " " + exampleUnit + "\"");
    }
    Long scale = units.get(form.group(2));
    if (scale == null) {
      throw new RefusedValueException(
          quoted(text) + " has an unknown unit; known are " + String.join(", ", units.keySet()));
    }
    try {
      return Math.multiplyExact(Long.parseLong(form.group(1)), scale);
    } catch (ArithmeticException tooLarge) {
      throw new RefusedValueException(quoted(text) + " is out of range");
    }
  }

  private static String shortest(long value, Map<String, Long> units) {
    for (Map.Entry<String, Long> unit : units.entrySet()) {
      if (value != 0 && value % unit.getValue() == 0) {
        return value / unit.getValue() + " " + unit.getKey();
      }
    }
    return value + " " + units.keySet().stream().reduce("", (first, last) -> last);
  }
}
