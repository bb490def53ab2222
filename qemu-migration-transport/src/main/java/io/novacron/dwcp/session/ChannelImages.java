package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.wire.Digest;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.WireException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The images below a guest's disks that both ends of one channel have: the source offers, the
 * destination takes some. Session thread only.
 */
final class ChannelImages implements AutoCloseable {
  private final OutboundPipe outbound;
  private final InboundPipe inbound;
  private List<ImageIndex> offered = List.of();

  ChannelImages(OutboundPipe outbound, InboundPipe inbound) {
    this.outbound = outbound;
    this.inbound = inbound;
  }

  /** Source: OPEN names these, in this order. They stay the caller's. */
  void offer(List<ImageIndex> images) {
    offered = images.stream().map(ImageIndex::retain).toList();
  }

  /** Source: what the destination says to the offer, after what it says to that of a baseline. */
  void answered(Frame.Opened opened) throws WireException {
    if (opened.images() >= 1 << offered.size()) {
      throw new WireException(
          "OPENED takes images %x of %d".formatted(opened.images(), offered.size()));
    }
    List<ImageIndex> taken = new ArrayList<>();
    long pages = 0;
    for (int i = 0; i < offered.size(); i++) {
      if ((opened.images() & 1 << i) != 0) {
        taken.add(offered.get(i));
        pages += offered.get(i).pages();
      }
    }
    if (pages > outbound.imageRoom()) {
      throw new WireException("OPENED takes images of %d pages, too many".formatted(pages));
    }
    if (!taken.isEmpty()) {
      outbound.useImages(taken.stream().map(ImageIndex::retain).toList());
    }
    close();
  }

  /**
   * Destination, before OPENED says so, and after a baseline is in use: takes those of the offered
   * that this host has, as far as there are slots for them.
   *
   * @param held owned here
   * @return bit <i>i</i> for the <i>i</i>-th that OPEN names
   */
  int take(Frame.Open open, List<ImageIndex> held) {
    List<ImageIndex> taken = new ArrayList<>();
    int bits = 0;
    long room = inbound.imageRoom();
    for (int i = 0; i < open.images().size(); i++) {
      ImageIndex image = with(open, i, held);
      if (image != null && image.pages() <= room) {
        room -= image.pages();
        bits |= 1 << i;
        taken.add(image.retain());
      }
    }
    held.forEach(ImageIndex::close);
    if (!taken.isEmpty()) {
      inbound.useImages(taken);
    }
    return bits;
  }

  private static @Nullable ImageIndex with(Frame.Open open, int at, List<ImageIndex> held) {
    for (ImageIndex each : held) {
      if (Digest.of(each.id()).equals(open.images().get(at))) {
        return each;
      }
    }
    return null;
  }

  /** Nothing more is offered. */
  @Override
  public void close() {
    offered.forEach(ImageIndex::close);
    offered = List.of();
  }
}
