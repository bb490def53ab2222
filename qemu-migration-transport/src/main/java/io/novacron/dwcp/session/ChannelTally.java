package io.novacron.dwcp.session;

import io.novacron.dwcp.encoding.PageCounts;

/**
 * What one channel carried so far, as seen from one host.
 *
 * @param rawBytes bytes taken from and delivered to the local connection
 * @param wireBytes frames of both directions, headers included
 * @param sent what left this host
 * @param received what came to this host
 */
public record ChannelTally(long rawBytes, long wireBytes, Encoded sent, Encoded received) {

  /**
   * How the bytes of one direction were encoded.
   *
   * @param pages by encoding
   * @param residueBytes what references and deltas left for the codec to compress
   */
  public record Encoded(PageCounts pages, long residueBytes) {}
}
