package io.novacron.dwcp.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Binds lines to those before them: each line begins with SHA-256 of the line before and of its own
 * text, in hex, and a blank. The first one's predecessor is {@link #BEGINNING}. Pure.
 */
final class AuditChain {
  /** Before the first line: 64 zeroes. */
  static final String BEGINNING = "0".repeat(64);

  private static final int HASH_CHARACTERS = 64;

  private AuditChain() {}

  /** The line for a text, which has no line break. */
  static String line(String previousHash, String text) {
    return hash(previousHash, text) + " " + text;
  }

  /** The hash in front of a line; empty if there is none. */
  static String hashOf(String line) {
    boolean isLine =
        line.length() > HASH_CHARACTERS
            && line.charAt(HASH_CHARACTERS) == ' '
            && line.substring(0, HASH_CHARACTERS).matches("[0-9a-f]{64}");
    return isLine ? line.substring(0, HASH_CHARACTERS) : "";
  }

  /** Whether a line follows that one. */
  static boolean follows(String previousHash, String line) {
    String hash = hashOf(line);
    return !hash.isEmpty() && hash.equals(hash(previousHash, line.substring(HASH_CHARACTERS + 1)));
  }

  private static String hash(String previousHash, String text) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(previousHash.getBytes(StandardCharsets.US_ASCII));
      sha256.update((byte) '\n');
      sha256.update(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException never) {
      throw new IllegalStateException("every JDK has SHA-256", never);
    }
  }
}
