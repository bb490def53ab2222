package io.novacron.dwcp.baseline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.novacron.dwcp.plugin.BaselineStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * How a key becomes the name of a file and back. The peer named itself, so all but letters, digits,
 * {@code _ - .} stands as {@code %XX}, and so does a dot in front.
 */
final class BaselineFileName {

  private static final String SUFFIX = ".baseline";

  private static final String PLAIN =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

  /** What Linux takes as one name (NAME_MAX), less a dot and a number for the draft. */
  private static final int MOST_CHARS = 255 - 24;

  private BaselineFileName() {}

  static Path path(Path directory, BaselineStore.Key key) throws IOException {
    String name = encoded(key.peerHost()) + SUFFIX;
    if (key.peerHost().isEmpty() || name.length() > MOST_CHARS) {
      throw new IOException(
          "a peer's name of %d characters makes no file name".formatted(key.peerHost().length()));
    }
    return directory.resolve(key.guest().toString()).resolve(name);
  }

  static Path draft(Path target, long number) {
    return target.resolveSibling("." + target.getFileName() + "." + number);
  }

  static boolean isDraft(Path file) {
    return name(file).startsWith(".");
  }

  /** The peer's name, if the file is a baseline. */
  static Optional<String> peer(Path file) {
    String name = name(file);
    if (!name.endsWith(SUFFIX) || isDraft(file)) {
      return Optional.empty();
    }
    return decoded(name.substring(0, name.length() - SUFFIX.length()));
  }

  static Optional<UUID> guest(Path directory) {
    try {
      UUID uuid = UUID.fromString(name(directory));
      return uuid.toString().equals(name(directory)) ? Optional.of(uuid) : Optional.empty();
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  static String encoded(String peer) {
    StringBuilder out = new StringBuilder();
    for (byte each : peer.getBytes(UTF_8)) {
      char c = (char) (each & 0xff);
      boolean isPlain = PLAIN.indexOf(c) >= 0 || (c == '.' && !out.isEmpty());
      out.append(isPlain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    return out.toString();
  }

  static Optional<String> decoded(String name) {
    byte[] utf8 = new byte[name.length()];
    int length = 0;
    for (int at = 0; at < name.length(); at++) {
      char c = name.charAt(at);
      if (c == '%') {
        if (at + 3 > name.length() || !name.substring(at + 1, at + 3).matches("[0-9A-F]{2}")) {
          return Optional.empty();
        }
        utf8[length++] = (byte) HexFormat.fromHexDigits(name, at + 1, at + 3);
        at += 2;
      } else {
        utf8[length++] = (byte) c;
      }
    }
    String peer = new String(utf8, 0, length, UTF_8);
    return encoded(peer).equals(name) ? Optional.of(peer) : Optional.empty();
  }
}
