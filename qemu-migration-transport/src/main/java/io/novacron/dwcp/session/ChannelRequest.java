package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.nbd.WriteWindow;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Digest;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.Limits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A channel that the source wants.
 *
 * @param migrationId joins the channels of one migration
 * @param port loopback port that the destination's libvirt announced; 0 for libvirt RPC
 * @param historyPages slots of the page history of the forward direction
 * @param baseline offered to the destination; stays the caller's; null for none
 * @param images offered to the destination, at most {@link Limits#MAX_IMAGES}; stay the caller's
 * @param earlyWrites window within which a disk's writes are acknowledged before they are at the
 *     destination; null for never
 */
public record ChannelRequest(
    ChannelKind kind,
    long migrationId,
    int port,
    int historyPages,
    @Nullable Baseline baseline,
    List<ImageIndex> images,
    @Nullable WriteWindow earlyWrites) {
  /** Copies the list. */
  public ChannelRequest {
    images = List.copyOf(images);
  }

  /** Without images, without early acknowledgement. */
  public ChannelRequest(
      ChannelKind kind, long migrationId, int port, int historyPages, @Nullable Baseline baseline) {
    this(kind, migrationId, port, historyPages, baseline, List.of(), null);
  }

  /** Without a baseline either. */
  public ChannelRequest(ChannelKind kind, long migrationId, int port, int historyPages) {
    this(kind, migrationId, port, historyPages, null);
  }

  Frame.Open open(int channelId) {
    Digest id = baseline == null ? null : Digest.of(baseline.id());
    List<Digest> imageIds = images.stream().map(each -> Digest.of(each.id())).toList();
    return new Frame.Open(channelId, kind, migrationId, port, historyPages, id, imageIds);
  }
}
