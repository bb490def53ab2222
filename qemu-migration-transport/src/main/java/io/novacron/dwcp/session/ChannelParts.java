package io.novacron.dwcp.session;

import io.novacron.dwcp.congestion.IntakePace;
import io.novacron.dwcp.encoding.BatchPool;
import io.novacron.dwcp.encoding.DestinationDecoder;
import io.novacron.dwcp.encoding.SourceEncoder;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.wire.BufferSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the two directions of a channel end are made of on one host.
 *
 * @param parser reads what leaves this host on the channel
 * @param encoder of what leaves this host; owned by the channel end
 * @param decoder of what arrives; owned by the channel end
 * @param intakePace limits what is taken from a guest's memory stream; null for anything else
 * @param urgent whether what leaves this host on this channel overtakes bulk data
 */
record ChannelParts(
    StreamParser parser,
    SourceEncoder encoder,
    DestinationDecoder decoder,
    boolean urgent,
    @Nullable IntakePace intakePace,
    BatchPool pool,
    BufferSource buffers,
    SessionExecutor executor,
    LongSupplier nanoClock) {}
