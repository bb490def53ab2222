package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.BatchPool;
import io.novacron.dwcp.encoding.DestinationDecoder;
import io.novacron.dwcp.encoding.SourceEncoder;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.wire.BufferSource;

/**
 * What the two directions of a channel end are made of on one host.
 *
 * @param parser reads what leaves this host on the channel
 * @param encoder of what leaves this host; owned by the channel end
 * @param decoder of what arrives; owned by the channel end
 * @param urgent whether what leaves this host on this channel overtakes bulk data
 */
record ChannelParts(
    StreamParser parser,
    SourceEncoder encoder,
    DestinationDecoder decoder,
    boolean urgent,
    BatchPool pool,
    BufferSource buffers,
    SessionExecutor executor) {}
