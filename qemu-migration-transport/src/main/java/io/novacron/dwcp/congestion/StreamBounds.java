package io.novacron.dwcp.congestion;

/**
 * Between which counts the streams to one peer may vary.
 *
 * @param least never fewer
 * @param first while nothing was measured
 * @param most never more
 */
public record StreamBounds(int least, int first, int most) {
  /**
   * @throws IllegalArgumentException unless {@code 1 <= least <= first <= most}
   */
  public StreamBounds {
    if (least < 1 || first < least || most < first) {
      throw new IllegalArgumentException(least + " <= " + first + " <= " + most + " does not hold");
    }
  }

  /** Always so many. */
  public static StreamBounds fixed(int count) {
    return new StreamBounds(count, count, count);
  }
}
