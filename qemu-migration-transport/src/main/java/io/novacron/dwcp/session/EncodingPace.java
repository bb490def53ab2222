package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.CodecChoice;
import io.novacron.dwcp.encoding.StoredCodec;
import io.novacron.dwcp.plugin.ResidueCodec;
import io.novacron.dwcp.streams.ChannelSender;

/**
 * Keeps the facts that {@link CodecChoice} decides from, for one direction of a channel: how the
 * last batches shrank, what waits for the encoders and what waits for the wire.
 */
final class EncodingPace {
  /** Weight of the newest batch in the running ratio: about the last eight batches count. */
  private static final double NEWEST = 0.125;

  static final int STORED = new StoredCodec().wireId();

  private final CodecChoice choice = new CodecChoice();
  private double ratio = 1.0;
  private boolean isHeldBack;
  private boolean alwaysEncodes;
  private boolean hasBegun;
  private boolean isRelaying;

  /** For a recording: it is played to see what encoding brings, whatever the link. */
  void alwaysEncode() {
    alwaysEncodes = true;
  }

  /** A batch became {@code payloadBytes}; one that was stored says nothing of its content. */
  void encoded(int rawBytes, int payloadBytes, ResidueCodec codec) {
    if (rawBytes > 0 && codec.wireId() != STORED) {
      ratio += NEWEST * ((double) payloadBytes / rawBytes - ratio);
    }
  }

  /** What so many raw bytes will be on the wire, if they are like the last ones. */
  long expectedWireBytes(long rawBytes) {
    return (long) ((double) rawBytes * Math.min(1.0, ratio));
  }

  /** Intake waits for what the wire can be counted on to carry at the present ratio. */
  void heldBack() {
    isHeldBack = true;
  }

  /**
   * Whether the next batch goes as it is, without a look at its pages: to a peer that is near, over
   * a link that is not full. A path that is near counts as fast until something queues. Looking for
   * pages that the peer has costs two cores a second for a gigabyte, which such a link carries in
   * the same time.
   */
  boolean relays(ChannelSender sender) {
    if (!hasBegun) {
      hasBegun = true;
      if (!alwaysEncodes && sender.isNear()) {
        choice.assumeFastLink();
      }
    }
    isRelaying = !alwaysEncodes && sender.isNear() && choice.isLinkFast();
    return isRelaying;
  }

  ResidueCodec codec(ChannelSender sender, int encodeQueueBatches) {
    CodecChoice.Facts facts =
        new CodecChoice.Facts(
            encodeQueueBatches,
            queueNanos(sender),
            ratio,
            alwaysEncodes || sender.isSlowPath() || (isHeldBack && !isUnproven(sender)));
    isHeldBack = false;
    return choice.choose(facts);
  }

  private long queueNanos(ChannelSender sender) {
    return isUnproven(sender) ? 0 : sender.linkQueueNanos();
  }

  /**
   * A path that is assumed to be fast, before it was full for an epoch of 150 ms: until then its
   * rate is only what this host gave it, and a daemon that just started gives little. To take that
   * for a slow link would make it slower still.
   */
  private boolean isUnproven(ChannelSender sender) {
    return isRelaying && !sender.window().isLimitSeen();
  }

  /** For bytes that someone waits for. */
  ResidueCodec latencyCodec(ChannelSender sender) {
    return choice.fast(sender.isSlowPath() ? Long.MAX_VALUE : sender.linkQueueNanos());
  }
}
