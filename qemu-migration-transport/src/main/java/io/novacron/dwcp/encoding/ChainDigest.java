package io.novacron.dwcp.encoding;

/**
 * What one direction of a channel has carried: the chain over its batch digests and the raw bytes.
 * One thread at a time adds, in stream order, and reads the chain; any thread reads the bytes.
 */
final class ChainDigest {

  private final Sha256 sha256 = new Sha256();
  private final byte[] chain = new byte[Sha256.BYTES];
  private volatile long rawBytes;

  void add(byte[] batchDigest, int batchRawBytes) {
    sha256.update(chain, 0, chain.length);
    sha256.update(batchDigest, 0, batchDigest.length);
    sha256.finish(chain, 0);
    long total = rawBytes + batchRawBytes;
    rawBytes = total;
  }

  byte[] bytes() {
    return chain.clone();
  }

  long rawBytes() {
    return rawBytes;
  }
}
