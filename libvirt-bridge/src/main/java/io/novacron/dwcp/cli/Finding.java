package io.novacron.dwcp.cli;

/**
 * One line of {@code dwcp doctor}; the components are the keys of its JSON.
 *
 * @param check what was looked at: java, cpu, kernels, config, state-dir, runtime-dir, daemon, or
 *     {@code peer NAME}
 * @param found what was seen, for people; the cause if it is not {@link State#OK}
 */
record Finding(String check, State state, String found) {

  enum State {
    OK,
    /** Works, with less than there could be. */
    WARNING,
    /** The daemon cannot run, or not do what it is meant to. */
    FAILED
  }

  static Finding ok(String check, String found) {
    return new Finding(check, State.OK, found);
  }

  static Finding warning(String check, String found) {
    return new Finding(check, State.WARNING, found);
  }

  static Finding failed(String check, String found) {
    return new Finding(check, State.FAILED, found);
  }
}
