package io.novacron.dwcp.daemon;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import io.novacron.dwcp.config.ConfigCheck;
import io.novacron.dwcp.config.ConfigFile;
import io.novacron.dwcp.config.ConfigProblem;
import io.novacron.dwcp.config.ConfigResult;
import io.novacron.dwcp.config.DaemonConfig;
import io.novacron.dwcp.control.ProductVersion;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Main class of {@code dwcpd}: arguments, configuration, then the {@link Lifecycle} to its end. */
public final class DwcpDaemon {
  /** The exit codes that {@link DaemonArguments#USAGE} promises. */
  private static final int FAILED = 1;

  private static final int WRONG_ARGUMENTS = 2;

  private DwcpDaemon() {}

  /**
   * A peer that moves is found within 5 s of an outage of 60; the JVM's own 30 s are half of it.
   */
  private static final String NAMES_ARE_KEPT_SECONDS = "5";

  public static void main(String[] arguments) {
    int status =
        switch (DaemonArguments.parse(arguments)) {
          case DaemonArguments.Run run -> run(run.config());
          case DaemonArguments.CheckConfig check ->
              ConfigCheck.run(check.config(), System.out, System.err);
          case DaemonArguments.ShowHelp ignored -> show(DaemonArguments.USAGE);
          case DaemonArguments.ShowVersion ignored -> show("dwcpd " + ProductVersion.read());
          case DaemonArguments.Refused refused -> complain(refused.message());
        };
    System.exit(status);
  }

  private static int run(Path file) {
    return switch (ConfigFile.readForThisHost(file)) {
      case ConfigResult.Refused refused -> report(file, refused.problems());
      case ConfigResult.Accepted valid -> serve(valid.config());
    };
  }

  private static int serve(DaemonConfig config) {
    LogSetup.level(config.logLevel());
    Security.setProperty("networkaddress.cache.ttl", NAMES_ARE_KEPT_SECONDS);
    Logger log = LoggerFactory.getLogger(DwcpDaemon.class);
    try {
      Injector injector = Guice.createInjector(Stage.PRODUCTION, new DaemonModule(config));
      Lifecycle lifecycle = injector.getInstance(Lifecycle.class);
      lifecycle.run();
      return 0;
    } catch (Exception | Error e) { // an Error too: event loops would keep a dead daemon alive
      log.error("dwcpd cannot run: {}", e.getMessage(), e);
      return FAILED;
    }
  }

  private static int report(Path file, List<ConfigProblem> problems) {
    for (ConfigProblem problem : problems) {
      System.err.println(problem);
    }
    System.err.println("dwcpd: " + file + ": " + problems.size() + " problem(s); not started");
    return FAILED;
  }

  private static int show(String text) {
    System.out.println(text);
    return 0;
  }

  private static int complain(String message) {
    System.err.println(message);
    return WRONG_ARGUMENTS;
  }
}
