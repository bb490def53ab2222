package io.novacron.dwcp.netty;

/**
 * The path to a peer as its session's streams see it.
 *
 * @param wantedStreams that the session is to have now
 * @param kernelRttNanos smoothed by the kernel's TCP, the mean of all streams; 0 while unknown
 * @param retransmittedBytes that TCP sent again since the session began
 * @param isLossy whether packets are lost though nothing queues
 * @param deliveredBytesPerSecond in the last second, from the peer's acknowledgements
 * @param resentFrames that were sent again over another stream, since the session began
 */
public record PathReport(
    int wantedStreams,
    long kernelRttNanos,
    long retransmittedBytes,
    boolean isLossy,
    long deliveredBytesPerSecond,
    long resentFrames) {}
