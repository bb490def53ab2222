package io.novacron.dwcp.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.novacron.dwcp.config.ConfigResult.Accepted;
import io.novacron.dwcp.config.ConfigResult.Refused;
import io.novacron.dwcp.config.DaemonConfig.BaselineConfig;
import io.novacron.dwcp.config.DaemonConfig.HistoryConfig;
import io.novacron.dwcp.config.DaemonConfig.ImageConfig;
import io.novacron.dwcp.config.DaemonConfig.LimitConfig;
import io.novacron.dwcp.config.DaemonConfig.LocalConfig;
import io.novacron.dwcp.config.DaemonConfig.LogLevel;
import io.novacron.dwcp.config.DaemonConfig.SecurityConfig;
import io.novacron.dwcp.config.DaemonConfig.SecurityMode;
import io.novacron.dwcp.config.DaemonConfig.TlsProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns one parsed file into records, collecting every problem on the way. Used once.
 *
 * <p>A refused value is stood in for by its default until the end, so that the checks behind it
 * still run; the result is then {@link Refused} and the stand-in is never used.
 */
final class ConfigReader {

  private final Path file;
  private final ConfigObject root;
  private final Function<SecurityConfig, List<String>> hostCheck;
  private final List<ConfigProblem> problems = new ArrayList<>();

  /**
   * @param hostCheck what is wrong on this host with what the configuration says of security
   */
  ConfigReader(Path file, ConfigObject root, Function<SecurityConfig, List<String>> hostCheck) {
    this.file = file;
    this.root = root;
    this.hostCheck = hostCheck;
  }

  ConfigResult read() {
    new UnknownKeys(this).report(root);
    DaemonConfig config = daemon();
    checkPorts(config);
    checkStreams(config.transport());
    checkHost(config.security());
    if (problems.isEmpty()) {
      return new Accepted(config);
    }
    return new Refused(
        problems.stream().sorted(Comparator.comparingInt(ConfigProblem::line)).toList());
  }

  /** Adds a problem with the place where the value stands; {@code null} blames the whole file. */
  void problem(@Nullable ConfigValue value, String path, String message) {
    var origin = value == null ? null : value.origin();
    int line = origin == null ? 0 : Math.max(0, origin.lineNumber());
    problems.add(new ConfigProblem(ConfigFile.fileName(file, origin), line, path, message));
  }

  private DaemonConfig daemon() {
    Path runtimeDir = value(ConfigKeys.RUNTIME_DIR);
    PeersSection section = new PeersSection(this, runtimeDir);
    StaticPeers peers = section.read();
    return new DaemonConfig(
        value(ConfigKeys.LISTEN),
        runtimeDir,
        value(ConfigKeys.STATE_DIR),
        value(ConfigKeys.HOST_NAME),
        LogLevel.valueOf(value(ConfigKeys.LOG_LEVEL).toUpperCase(Locale.ROOT)),
        security(section),
        peers,
        transport(),
        new LocalConfig(
            value(ConfigKeys.DATA_PORTS),
            value(ConfigKeys.LIBVIRT_SOCKET),
            value(ConfigKeys.FIRST_DOWNTIME_LIMIT),
            Boolean.parseBoolean(value(ConfigKeys.EARLY_DISK_REPLIES))),
        new HistoryConfig(value(ConfigKeys.HISTORY_ENTRIES)),
        new BaselineConfig(
            Boolean.parseBoolean(value(ConfigKeys.BASELINES_ENABLED)),
            value(ConfigKeys.BASELINES_MAX_BYTES),
            value(ConfigKeys.BASELINES_DISK_MAX_BYTES),
            value(ConfigKeys.BASELINES_MAX_AGE)),
        new ImageConfig(
            Boolean.parseBoolean(value(ConfigKeys.IMAGES_ENABLED)),
            value(ConfigKeys.IMAGES_MAX_BYTES)),
        new LimitConfig(value(ConfigKeys.RATE_LIMIT), section.rateLimits()));
  }

  private SecurityConfig security(PeersSection section) {
    return new SecurityConfig(
        SecurityMode.valueOf(value(ConfigKeys.SECURITY_MODE).toUpperCase(Locale.ROOT)),
        TlsProvider.valueOf(value(ConfigKeys.SECURITY_PROVIDER).toUpperCase(Locale.ROOT)),
        value(ConfigKeys.SECURITY_PKI_DIR),
        value(ConfigKeys.SECURITY_ALLOWED_PEERS),
        section.certificateNames(),
        value(ConfigKeys.SECURITY_PEER_CALLS).equals("migration"));
  }

  private TransportConfig transport() {
    return new TransportConfig(
        value(ConfigKeys.STREAMS),
        value(ConfigKeys.LEAST_STREAMS),
        value(ConfigKeys.MOST_STREAMS),
        congestionControl(),
        value(ConfigKeys.WORKERS),
        value(ConfigKeys.HISTORY_BUDGET),
        value(ConfigKeys.HISTORY_RESERVE),
        value(ConfigKeys.RECEIVE_WINDOW),
        value(ConfigKeys.CONNECT_TIMEOUT),
        value(ConfigKeys.HANDSHAKE_TIMEOUT),
        value(ConfigKeys.OUTAGE_BUDGET),
        value(ConfigKeys.PEER_QUARANTINE));
  }

  private String congestionControl() {
    String word = value(ConfigKeys.CONGESTION_CONTROL);
    return word.equals("kernel") ? "" : word;
  }

  private void checkStreams(TransportConfig transport) {
    int streams = transport.streams();
    if (streams < transport.leastStreams() || streams > transport.mostStreams()) {
      problem(
          find(ConfigKeys.STREAMS.fullPath()),
          ConfigKeys.STREAMS.fullPath(),
          "\"%d\" is not between dwcp.least-streams, %d, and dwcp.most-streams, %d"
              .formatted(streams, transport.leastStreams(), transport.mostStreams()));
    }
  }

  /** Not for a stand-in: what an operator meant by a refused value is not known. */
  private void checkHost(SecurityConfig security) {
    String path = ConfigKeys.SECURITY_MODE.fullPath();
    String section = path.substring(0, path.lastIndexOf('.'));
    if (problems.stream().noneMatch(problem -> problem.path().startsWith(section))) {
      hostCheck.apply(security).forEach(message -> problem(find(path), path, message));
    }
  }

  private void checkPorts(DaemonConfig config) {
    int listen = config.listen().getPort();
    if (config.local().dataPorts().contains(listen)) {
      problem(
          find(ConfigKeys.DATA_PORTS.fullPath()),
          ConfigKeys.DATA_PORTS.fullPath(),
          "\"" + config.local().dataPorts() + "\" contains port " + listen + " of dwcp.listen");
    }
    if (PortRange.LIBVIRT.contains(listen)) {
      problem(
          find(ConfigKeys.LISTEN.fullPath()),
          ConfigKeys.LISTEN.fullPath(),
          "port " + listen + " lies in " + PortRange.LIBVIRT + ", libvirt's migration ports");
    }
  }

  private <T> T value(ConfigKey<T> key) {
    ConfigValue written = find(key.fullPath());
    T read = written == null ? null : read(key, key.fullPath(), written);
    return read == null ? defaultOf(key) : read;
  }

  /** The value, or {@code null} with the problem noted. */
  <T> @Nullable T read(ConfigKey<T> key, String path, ConfigValue written) {
    try {
      return key.type().read(written);
    } catch (RefusedValueException refused) {
      problem(written, path, refused.getMessage() + "; allowed: " + key.type().allowed());
      return null;
    }
  }

  private static <T> T defaultOf(ConfigKey<T> key) {
    try {
      return key.type().read(key.defaultText());
    } catch (RefusedValueException impossible) {
      throw new IllegalStateException("default of " + key.path() + " is not allowed", impossible);
    }
  }

  /** What stands at the dotted path, or {@code null}; a value in place of a section is nothing. */
  @Nullable ConfigValue find(String path) {
    ConfigValue at = root;
    for (String part : path.split("\\.", -1)) {
      at = at instanceof ConfigObject section ? section.get(part) : null;
    }
    return at;
  }
}
