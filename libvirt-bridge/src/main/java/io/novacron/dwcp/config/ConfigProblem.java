package io.novacron.dwcp.config;

/**
 * One thing that is wrong with the configuration.
 *
 * @param line in {@code file}, from 1; 0 when no line is to blame
 * @param path the key, from the top; empty when the file as a whole is wrong
 * @param message what was seen, what is allowed
 */
public record ConfigProblem(String file, int line, String path, String message) {

  /** One line for a terminal or a log: {@code FILE:LINE: KEY: MESSAGE}. */
  @Override
  public String toString() {
    String where = line > 0 ? file + ":" + line : file;
    return where + ": " + (path.isEmpty() ? "" : path + ": ") + message;
  }
}
