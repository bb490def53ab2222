package io.novacron.dwcp.config;

import java.util.List;

/** What reading the configuration gave: all of it, or everything that is wrong with it. */
public sealed interface ConfigResult {

  /** Every key has an allowed value. */
  record Accepted(DaemonConfig config) implements ConfigResult {}

  /** Nothing of the file is used. The list is not empty, in the order of the file's lines. */
  record Refused(List<ConfigProblem> problems) implements ConfigResult {}
}
