package io.novacron.dwcp.config;

/**
 * One key of the configuration file, declared once for the parser, the sample file and the manual.
 *
 * <p>A change of any key takes effect when the daemon starts again. No key holds a secret.
 *
 * @param path below {@code dwcp}, dotted; {@code peers.NAME} stands for each peer
 * @param defaultText as an operator would write it; empty when the key has no default
 * @param meaning what it governs, one or two sentences
 * @param reason why this default, with the magnitude behind it
 * @param since the release that introduced it
 */
public record ConfigKey<T>(
    String path,
    ValueType<T> type,
    String defaultText,
    String meaning,
    String reason,
    String since) {

  /** Where the key stands in the file, from the top. */
  public String fullPath() {
    return "dwcp." + path;
  }

  /** The last part of the path: what stands left of the equals sign inside its section. */
  public String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
