package io.novacron.dwcp.encoding;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 of a few bytes on the heap, without allocating; pages and all else that is many bytes go
 * to the kernels. Not for several threads at once.
 */
final class Sha256 {

  static final int BYTES = 32;

  private final MessageDigest digest;

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
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
