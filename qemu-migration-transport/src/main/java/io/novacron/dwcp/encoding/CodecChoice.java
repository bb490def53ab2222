package io.novacron.dwcp.encoding;

import io.novacron.dwcp.plugin.ResidueCodec;

/**
 * Chooses the codec of the next batch so that encoding is never what a migration waits for. One
 * direction of one channel; one thread at a time. From the facts alone, in this order:
 *
 * <ol>
 *   <li>The last batches did not shrink (ratio above {@value #DOES_NOT_PAY}): stored. Every {@value
 *       #PROBE_EVERY}th is tried with level 1 all the same, since content changes.
 *   <li>The encoders are the bottleneck (more batches wait for them than {@value #QUEUE_PER_WORKER}
 *       a worker, and less than a quarter of what may wait for the wire does): stored. As the wire
 *       fills up this ends by itself, so the mix settles where both are busy.
 *   <li>The wire is the bottleneck (what waits for it reached its target) and no batch waits for an
 *       encoder: level 3, a twentieth smaller at half the speed.
 *   <li>Else level 1.
 * </ol>
 */
public final class CodecChoice {

  /** Below 5 % saved, the time at the destination costs as much as the bytes. */
  static final double DOES_NOT_PAY = 0.95;

  /** 16 batches are 4 MiB: a probe costs 1/16 of the encoders' time. */
  static final int PROBE_EVERY = 16;

  /** One running and one waiting keep a worker busy; more than that is a queue. */
  static final int QUEUE_PER_WORKER = 2;

  /**
   * What the choice rests on.
   *
   * @param encodeQueueBatches batches that wait for a worker or are with one
   * @param workers threads that encode
   * @param wireQueueBytes encoded bytes that wait for or are on the wire
   * @param wireQueueTargetBytes what should wait there to keep the link busy
   * @param recentRatio payload bytes / raw bytes of the last batches; 1.0 before the first
   */
  public record Facts(
      int encodeQueueBatches,
      int workers,
      long wireQueueBytes,
      long wireQueueTargetBytes,
      double recentRatio) {

    boolean encodersAreTheBottleneck() {
      return encodeQueueBatches > QUEUE_PER_WORKER * workers
          && wireQueueBytes < wireQueueTargetBytes / 4;
    }

    boolean wireIsTheBottleneck() {
      return encodeQueueBatches == 0 && wireQueueBytes >= wireQueueTargetBytes;
    }
  }

  private final ResidueCodec stored = new StoredCodec();
  private final ResidueCodec level1 = new ZstdCodec(1);
  private final ResidueCodec level3 = new ZstdCodec(3);

  /** The first batch is a probe: nothing is known of the content yet. */
  private int storedSinceProbe = PROBE_EVERY - 1;

  private boolean encodersWereTheBottleneck;

  public ResidueCodec choose(Facts facts) {
    encodersWereTheBottleneck = facts.encodersAreTheBottleneck();
    if (facts.recentRatio() > DOES_NOT_PAY && ++storedSinceProbe < PROBE_EVERY) {
      return stored;
    }
    if (encodersWereTheBottleneck) {
      return stored;
    }
    storedSinceProbe = 0;
    return facts.wireIsTheBottleneck() ? level3 : level1;
  }

  /**
   * For bytes that someone waits for: level 1, or stored where the encoders were the bottleneck.
   */
  public ResidueCodec fast() {
    return encodersWereTheBottleneck ? stored : level1;
  }
}
