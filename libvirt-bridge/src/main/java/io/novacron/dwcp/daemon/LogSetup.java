package io.novacron.dwcp.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.novacron.dwcp.config.DaemonConfig.LogLevel;
import org.slf4j.LoggerFactory;

/** Sets what the operator wants to read; logback.xml says where it goes (stderr). */
final class LogSetup {
  private LogSetup() {}

  static void level(LogLevel level) {
    if (LoggerFactory.getLogger("io.novacron.dwcp") instanceof Logger ours) {
      ours.setLevel(
          switch (level) {
            case ERROR -> Level.ERROR;
            case WARN -> Level.WARN;
            case INFO -> Level.INFO;
            case DEBUG -> Level.DEBUG;
            case TRACE -> Level.TRACE;
          });
    }
  }
}
