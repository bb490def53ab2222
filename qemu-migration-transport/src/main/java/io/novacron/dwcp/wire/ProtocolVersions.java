package io.novacron.dwcp.wire;

import java.util.OptionalInt;

/**
 * The range of protocol versions that one side speaks (PROTOCOL.md section 5).
 *
 * @param oldest lowest version spoken, at least 1
 * @param newest highest version spoken
 */
public record ProtocolVersions(int oldest, int newest) {
  /** What this build speaks. */
  public static final ProtocolVersions SPOKEN = new ProtocolVersions(1, 6);

  /** The first version whose OPEN and OPENED can speak of a baseline. */
  public static final int BASELINES = 2;

  /** The first version whose batches may be of a lane. */
  public static final int LANES = 3;

  /** The first version whose batches may be relayed. */
  public static final int RELAYS = 4;

  /** The first version whose pages may be shuffled. */
  public static final int SHUFFLES = 5;

  /** The first version whose OPEN and OPENED can speak of images. */
  public static final int IMAGES = 6;

  /** The highest version that both ranges hold, or empty when they have none in common. */
  public OptionalInt common(ProtocolVersions other) {
    int version = Math.min(newest, other.newest);
    return version >= Math.max(oldest, other.oldest)
        ? OptionalInt.of(version)
        : OptionalInt.empty();
  }

  @Override
  public String toString() {
    return oldest == newest ? Integer.toString(newest) : oldest + ".." + newest;
  }
}
