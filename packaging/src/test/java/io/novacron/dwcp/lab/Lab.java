package io.novacron.dwcp.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Two hosts with libvirt, QEMU and a daemon each, and a WAN of 400 Mbit/s and 40 ms between them,
 * for all tests of a class. Before each test both daemons run. What fails is told with the last
 * lines of both daemons' logs.
 */
final class Lab
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterAllCallback,
        TestExecutionExceptionHandler {
  /** The long forms of the tests, minutes instead of seconds. */
  static final boolean LONG = Boolean.getBoolean("dwcp.it.long");

  /** No command of the lab takes longer, the first build of a host's root included. */
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(10);

  private static final int LOG_LINES = 40;
  private static final Path PROGRAM = Path.of("lab", "lab").toAbsolutePath();

  private final List<String> kinds;
  private final List<String> upOptions;
  private String configuration = "";
  private final Path directory =
      Path.of("/tmp/dwcp-it-" + ProcessHandle.current().pid() + "-" + System.nanoTime() % 100_000);
  private final Thread atExit = new Thread(() -> begin("down").await(COMMAND_LIMIT), "lab down");

  /**
   * @param kinds the roots that its hosts need: {@code new}, {@code old}
   * @param upOptions for {@code lab up}
   */
  Lab(List<String> kinds, String... upOptions) {
    this.kinds = kinds;
    this.upOptions = List.of(upOptions);
  }

  /** With more in the configuration of both daemons; what is set twice holds as it is set here. */
  Lab configured(String configuration) {
    this.configuration = configuration;
    return this;
  }

  /** Where the lab keeps what the hosts write: {@code images} and {@code log} of each host. */
  Path directory() {
    return directory;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    assumeTrue(
        Files.getOwner(Path.of("/proc/self")).getName().equals("root"),
        "the lab needs root: namespaces, mounts and network devices");
    assumeTrue(Files.exists(Path.of("/dev/net/tun")), "the lab needs /dev/net/tun for its WAN");
    assertTrue(
        Files.isExecutable(Path.of("target/dwcp/bin/dwcpd")),
        "no distribution in target/dwcp: mvn -B -DskipTests package");
    List<String> roots = new ArrayList<>(List.of("roots"));
    roots.addAll(kinds);
    CommandRun.Outcome built = begin(roots.toArray(String[]::new)).await(COMMAND_LIMIT);
    assumeTrue(built.succeeded(), () -> "the hosts' roots cannot be built here: " + built);
    Runtime.getRuntime().addShutdownHook(atExit);
    List<String> up = new ArrayList<>(List.of("up"));
    up.addAll(upOptions);
    up(up);
  }

  private void up(List<String> command) throws IOException {
    if (configuration.isEmpty()) {
      begin(Map.of(), command).await(COMMAND_LIMIT).expectSuccess();
      return;
    }
    Path file = Files.createTempFile("dwcp-it", ".conf");
    try {
      Files.writeString(file, configuration);
      Map<String, String> environment = Map.of("DWCP_LAB_CONF", file.toString());
      begin(environment, command).await(COMMAND_LIMIT).expectSuccess();
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    for (Host host : Host.values()) {
      if (!daemonRuns(host)) {
        startDaemon(host);
      }
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (Files.exists(directory)) {
      run("down");
      Runtime.getRuntime().removeShutdownHook(atExit);
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    for (Host host : Host.values()) {
      List<String> log = daemonLog(host);
      failure.addSuppressed(
          new AssertionError(
              "dwcpd on %s logged last:%n%s"
                  .formatted(
                      host.hostName(),
                      String.join(
                          "\n", log.subList(Math.max(0, log.size() - LOG_LINES), log.size())))));
    }
    throw failure;
  }

  /** Starts a command of the lab. */
  CommandRun begin(String... arguments) {
    return begin(Map.of(), List.of(arguments));
  }

  private CommandRun begin(Map<String, String> environment, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.environment().put("DWCP_LAB_DIR", directory.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return new CommandRun(builder);
  }

  /** Runs a command of the lab that must succeed; returns what it printed. */
  String run(String... arguments) {
    return begin(arguments).await(COMMAND_LIMIT).expectSuccess();
  }

  /** Starts a command on a host. */
  CommandRun beginOn(Host host, String... command) {
    List<String> arguments = new ArrayList<>(List.of("exec", host.letter()));
    arguments.addAll(List.of(command));
    return begin(arguments.toArray(String[]::new));
  }

  /** Runs a command on a host, whatever becomes of it. */
  CommandRun.Outcome tryOn(Host host, String... command) {
    return beginOn(host, command).await(COMMAND_LIMIT);
  }

  /** Runs a command on a host that must succeed; returns what it printed. */
  String on(Host host, String... command) {
    return tryOn(host, command).expectSuccess();
  }

  Guest startGuest(String name, String... options) {
    List<String> arguments = new ArrayList<>(List.of("guest", "start", name));
    arguments.addAll(List.of(options));
    run(arguments.toArray(String[]::new));
    return new Guest(this, name);
  }

  void startDaemon(Host host) {
    run("daemon", "start", host.letter());
  }

  /** Starts a daemon with more options for its JVM, those of {@code DWCPD_JAVA_OPTS}. */
  void startDaemon(Host host, String javaOptions) {
    List<String> command = List.of("daemon", "start", host.letter());
    begin(Map.of("DWCPD_JAVA_OPTS", javaOptions), command).await(COMMAND_LIMIT).expectSuccess();
  }

  /** SIGTERM, and its end. */
  void stopDaemon(Host host) {
    run("daemon", "stop", host.letter());
  }

  /** SIGKILL. */
  void killDaemon(Host host) {
    run("daemon", "kill", host.letter());
  }

  boolean daemonRuns(Host host) {
    return tryOn(host, "sh", "-c", "kill -0 \"$(cat /run/dwcpd.pid)\"").succeeded();
  }

  List<String> daemonLog(Host host) {
    return tryOn(host, "cat", "/var/log/dwcpd.log").output().lines().toList();
  }

  /** What {@code dwcp history --json} tells on a host, newest first. */
  List<HistoryEntry> history(Host host) {
    return HistoryEntry.read(on(host, "/opt/dwcp/bin/dwcp", "history", "--json"));
  }
}
