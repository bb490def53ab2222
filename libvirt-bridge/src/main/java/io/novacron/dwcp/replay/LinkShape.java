package io.novacron.dwcp.replay;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lies between the halves of a pair. The names are keys of {@code dwcp replay --json}.
 *
 * @param bitsPerSecond each way
 * @param lossPercent of packets, each way
 */
public record LinkShape(long bitsPerSecond, double roundTripMillis, double lossPercent) {
  /** 50 ms: a router with a queue as long as the lab's. */
  static final long QUEUE_NANOS = 50_000_000;

  private static final Pattern FORM =
      Pattern.compile(
          "([0-9]{1,6}(?:\\.[0-9]{1,6})?)(kbit|mbit|gbit)"
              + ",([0-9]{1,5}(?:\\.[0-9]{1,6})?)(ms|s)"
              + "(?:,([0-9]{1,2}(?:\\.[0-9]{1,6})?)%?)?");

  private static final long LEAST_BITS_PER_SECOND = 100_000;
  private static final double MOST_BITS_PER_SECOND = 100e9;
  private static final double MOST_ROUND_TRIP_MILLIS = 10_000;

  /** At half of all packets and more, a stream hardly ever has none that is missing. */
  private static final double MOST_LOSS_PERCENT = 50;

  /**
   * Reads {@code RATE,RTT[,LOSS]}: {@code 400mbit,40ms} or {@code 100mbit,80ms,1%}.
   *
   * @throws IllegalArgumentException says what is wrong with it
   */
  public static LinkShape parse(String text) {
    Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "\""
              + text
              + "\" is no link; write RATE,RTT[,LOSS], like 400mbit,40ms or 1gbit,20ms,0.5%");
    }
    double bits = Double.parseDouble(form.group(1)) * bits(form.group(2));
    double millis = Double.parseDouble(form.group(3)) * (form.group(4).equals("s") ? 1000 : 1);
    double loss = form.group(5) == null ? 0 : Double.parseDouble(form.group(5));
    if (bits < LEAST_BITS_PER_SECOND || bits > MOST_BITS_PER_SECOND) {
      throw new IllegalArgumentException("the rate is 100kbit to 100gbit");
    }
    if (millis > MOST_ROUND_TRIP_MILLIS) {
      throw new IllegalArgumentException("the round trip is at most 10s");
    }
    if (loss > MOST_LOSS_PERCENT) {
      throw new IllegalArgumentException("the loss is at most 50%");
    }
    return new LinkShape((long) bits, millis, loss);
  }

  private static double bits(String unit) {
    return switch (unit) {
      case "kbit" -> 1e3;
      case "mbit" -> 1e6;
      default -> 1e9;
    };
  }

  long roundTripNanos() {
    return (long) (roundTripMillis * 1e6);
  }
}
