package io.novacron.dwcp.baseline;

import java.io.IOException;

/** What was read is no baseline that can be used; the message completes "the baseline …: ". */
final class BaselineDamagedException extends IOException {
  private static final long serialVersionUID = 1L;

  BaselineDamagedException(String message) {
    super(message);
  }
}
