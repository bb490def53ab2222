package io.novacron.dwcp.encoding;

import io.novacron.dwcp.plugin.ResidueCodec;

/**
 * Chooses the codec of the next batch so that encoding is never what a migration waits for. One
 * direction of one channel; one thread at a time. From the facts alone, in this order:
 *
 * <ol>
 *   <li>The last compressed batches did not shrink (ratio above {@value #DOES_NOT_PAY}): stored.
 *       Every {@value #PROBE_EVERY}th is tried with level 1 all the same, since content changes.
 *   <li>The link is not the limit: for {@value #IDLE_CHOICES} choices nothing queued. Then smaller
 *       frames gain nothing and cost cores that QEMU could use: stored, until something queues.
 *       Each such mistake doubles the time until the next attempt, so a slow link loses a few
 *       percent at most.
 *   <li>The link is the limit and the encoders are idle: level 3, a twentieth smaller at half the
 *       speed. Else level 1.
 * </ol>
 */
public final class CodecChoice {

  /** Below 5 % saved, the time at the destination costs as much as the bytes. */
  static final double DOES_NOT_PAY = 0.95;

  /** 16 batches are 4 MiB: a probe costs 1/16 of the encoders' time. */
  static final int PROBE_EVERY = 16;

  /** 32 batches are 8 MiB: several round trips of a slow link, 10 ms of a fast one. */
  static final int IDLE_CHOICES = 32;

  /** The most choices between two attempts to do without compression: 1 GiB of raw bytes. */
  private static final int MOST_IDLE_CHOICES = 4096;

  /** 10 ms: what passes through workers and event loops on both hosts takes a few. */
  private static final long IDLE_QUEUE_NANOS = 10_000_000L;

  /** 20 ms: half of the queue that the backlog window allows where the link is the limit. */
  private static final long BUSY_QUEUE_NANOS = 20_000_000L;

  /**
   * What the choice rests on.
   *
   * @param encodeQueueBatches batches that wait for a worker or are with one
   * @param queueNanos how long what the link still has to carry waits for it; negative while the
   *     path is not full
   * @param compressedRatio payload bytes / raw bytes of the last compressed batches; 1.0 before
   * @param isLinkTheLimit whether that is known otherwise, though the link may be idle now: bytes
   *     were kept waiting since the last choice because the wire is not known to carry more at the
   *     present ratio, or the path is slower than the encoders
   */
  public record Facts(
      int encodeQueueBatches, long queueNanos, double compressedRatio, boolean isLinkTheLimit) {}

  private final ResidueCodec stored = new StoredCodec();
  private final ResidueCodec level1 = new ZstdCodec(1);
  private final ResidueCodec level3 = new ZstdCodec(3);

  /** The first batch is a probe: nothing is known of the content yet. */
  private int storedSinceProbe = PROBE_EVERY - 1;

  private int idleChoices;
  private int neededIdleChoices = IDLE_CHOICES;
  private boolean linkIsFast;

  public ResidueCodec choose(Facts facts) {
    look(facts.isLinkTheLimit() ? Long.MAX_VALUE : facts.queueNanos());
    if (linkIsFast) {
      return stored;
    }
    if (facts.compressedRatio() > DOES_NOT_PAY && ++storedSinceProbe < PROBE_EVERY) {
      return stored;
    }
    storedSinceProbe = 0;
    return facts.encodeQueueBatches() == 0 && facts.queueNanos() > BUSY_QUEUE_NANOS
        ? level3
        : level1;
  }

  private void look(long queueNanos) {
    if (linkIsFast && queueNanos > BUSY_QUEUE_NANOS) {
      linkIsFast = false;
      idleChoices = 0;
      neededIdleChoices = Math.min(2 * neededIdleChoices, MOST_IDLE_CHOICES);
    } else if (!linkIsFast) {
      idleChoices = queueNanos < IDLE_QUEUE_NANOS ? idleChoices + 1 : 0;
      linkIsFast = idleChoices >= neededIdleChoices;
    }
  }

  /** Before the first choice: as if nothing had queued for long enough. */
  public void assumeFastLink() {
    linkIsFast = true;
  }

  /** Whether the link was not the limit at the last choice. */
  public boolean isLinkFast() {
    return linkIsFast;
  }

  /** For bytes that someone waits for: level 1, or stored where the link is not the limit. */
  public ResidueCodec fast(long queueNanos) {
    look(queueNanos);
    return linkIsFast ? stored : level1;
  }
}
