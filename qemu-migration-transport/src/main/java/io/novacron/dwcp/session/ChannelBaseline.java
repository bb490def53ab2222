package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.encoding.ChannelHistory;
import io.novacron.dwcp.encoding.TravelledPages;
import io.novacron.dwcp.nbd.NbdRequestParser;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.Limits;
import io.novacron.dwcp.wire.PageRange;
import io.novacron.dwcp.wire.WireException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The baselines of one channel: the one that it begins with, if both ends hold the same, and the
 * history from which the next one can be made. Session thread only.
 */
public final class ChannelBaseline {
  private final OutboundPipe outbound;
  private final InboundPipe inbound;
  private @Nullable Baseline offered;
  private @Nullable Consumer<@Nullable ChannelHistory> keeper;
  private @Nullable Consumer<Boolean> over;
  private boolean used;

  ChannelBaseline(OutboundPipe outbound, InboundPipe inbound) {
    this.outbound = outbound;
    this.inbound = inbound;
  }

  /**
   * Asks for the history of this channel's forward direction. Told once, on the session's thread:
   * with the history, which is then the keeper's to close, if both directions came to their end;
   * with null if the channel broke, or has none.
   */
  public void keepHistory(Consumer<@Nullable ChannelHistory> historyKeeper) {
    keeper = historyKeeper;
  }

  /**
   * Source, before OPEN is sent: told on the session's thread of the pages of the disk that leave.
   */
  public void recordSentDisk(TravelledPages.Recorder recorder) {
    outbound.recordTo(recorder);
  }

  /**
   * Destination, before OPENED is sent: told on the session's thread of the pages of the disk that
   * arrived, in the same order.
   */
  public void recordReceivedDisk(TravelledPages.Recorder recorder) {
    inbound.recordTo(recorder, new NbdRequestParser());
  }

  /** Told once, on the session's thread: true if both directions came to their end. */
  public void whenOver(Consumer<Boolean> wanted) {
    over = wanted;
  }

  /** Whether both ends agreed on a baseline. */
  public boolean isUsed() {
    return used;
  }

  /** Source: OPEN names this one. Owns it. */
  void offer(Baseline baseline) {
    offered = baseline;
  }

  /** Source: what the destination says to the offer, before any byte is taken from the guest. */
  void answered(Frame.Opened opened) throws WireException {
    Baseline baseline = offered;
    List<PageRange> missing = opened.missing();
    if (missing == null) {
      dropOffer();
      return;
    }
    if (baseline == null) {
      throw new WireException("OPENED takes a baseline that was not offered");
    }
    BitSet missingAtPeer = new BitSet();
    for (PageRange range : missing) {
      if ((long) range.first() + range.pages() > baseline.pages()) {
        throw new WireException(
            "OPENED lacks " + range + " of a baseline of " + baseline.pages() + " pages");
      }
      missingAtPeer.set(range.first(), range.first() + range.pages());
    }
    offered = null;
    used = true;
    outbound.useBaseline(baseline, missingAtPeer);
  }

  /**
   * Destination: the answer that {@link #use} needs, or null if so much is missing that it is no
   * use.
   */
  static @Nullable List<PageRange> missing(Baseline baseline) {
    List<BaselinePages.Range> ranges = baseline.missing();
    if (ranges.size() > Limits.MAX_MISSING_RANGES) {
      return null;
    }
    List<PageRange> missing = new ArrayList<>();
    for (BaselinePages.Range each : ranges) {
      missing.add(new PageRange(each.first(), each.pages()));
    }
    return missing;
  }

  /** Destination: before OPENED says so. Owns it. */
  void use(Baseline baseline) {
    used = true;
    inbound.useBaseline(baseline);
  }

  private void dropOffer() {
    Baseline baseline = offered;
    offered = null;
    if (baseline != null) {
      baseline.close();
    }
  }

  private void isOver(boolean whole) {
    Consumer<Boolean> told = over;
    over = null;
    if (told != null) {
      told.accept(whole);
    }
  }

  void finished() {
    isOver(true);
    Consumer<@Nullable ChannelHistory> told = keeper;
    keeper = null;
    dropOffer();
    if (told != null) {
      ChannelHistory forward = inbound.handOver();
      told.accept(forward == null ? outbound.handOver() : forward);
    }
  }

  void broken() {
    isOver(false);
    Consumer<@Nullable ChannelHistory> told = keeper;
    keeper = null;
    dropOffer();
    if (told != null) {
      told.accept(null);
    }
  }
}
