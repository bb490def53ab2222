package io.novacron.dwcp.session;

import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;

/**
 * A channel that the source wants.
 *
 * @param migrationId joins the channels of one migration
 * @param port loopback port that the destination's libvirt announced; 0 for libvirt RPC
 * @param historyPages slots of the page history of the forward direction
 */
public record ChannelRequest(ChannelKind kind, long migrationId, int port, int historyPages) {
  Frame.Open open(int channelId) {
    return new Frame.Open(channelId, kind, migrationId, port, historyPages);
  }
}
