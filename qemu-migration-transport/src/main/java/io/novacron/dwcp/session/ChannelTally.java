package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.PageCounts;

/**
 * What one channel carried so far, as seen from one host.
 *
 * @param rawBytes bytes taken from and delivered to the local connection
 * @param wireBytes frames of both directions, headers included
 * @param sent pages that left this host, by encoding
 * @param received pages that came to this host, by encoding
 */
public record ChannelTally(long rawBytes, long wireBytes, PageCounts sent, PageCounts received) {}
