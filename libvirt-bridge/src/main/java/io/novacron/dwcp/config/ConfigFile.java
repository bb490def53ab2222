package io.novacron.dwcp.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.novacron.dwcp.config.ConfigResult.Refused;
import io.novacron.dwcp.config.DaemonConfig.SecurityConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration file, always as HOCON whatever its name.
 *
 * <p>All problems are reported together. Only a file that cannot be read or parsed at all gives a
 * single one, since nothing behind the first syntax error can be trusted.
 */
public final class ConfigFile {

  /** Where the daemon looks when it is not told. */
  public static final Path DEFAULT = Path.of("/etc/dwcp/dwcp.conf");

  private ConfigFile() {}

  /** What a daemon with an empty configuration file works with. */
  public static ConfigResult defaults() {
    return new ConfigReader(DEFAULT, ConfigFactory.empty().root(), security -> List.of()).read();
  }

  /** Reads and checks; touches nothing but the file and what it includes. */
  public static ConfigResult read(Path file) {
    return read(file, security -> List.of());
  }

  /** Reads and checks, also whether this host has the certificates that it needs. */
  public static ConfigResult readForThisHost(Path file) {
    return read(file, HostCertificates::problems);
  }

  private static ConfigResult read(Path file, Function<SecurityConfig, List<String>> hostCheck) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      String seen = Files.exists(file) ? "is not a readable file" : "does not exist";
      return new Refused(List.of(new ConfigProblem(file.toString(), 0, "", seen)));
    }
    try {
      var options =
          ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
      Config parsed = ConfigFactory.parseFile(file.toFile(), options).resolve();
      return new ConfigReader(file, parsed.root(), hostCheck).read();
    } catch (ConfigException broken) {
      return new Refused(List.of(problem(file, broken)));
    }
  }

  private static ConfigProblem problem(Path file, ConfigException broken) {
    ConfigOrigin origin = broken.origin();
    String message = String.valueOf(broken.getMessage());
    int line = 0;
    if (origin != null) {
      line = Math.max(0, origin.lineNumber());
      String prefix = origin.description() + ": ";
      message = message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }
    return new ConfigProblem(fileName(file, origin), line, "", message);
  }

  /** The file that the origin names, which differs from {@code file} inside an include. */
  static String fileName(Path file, @Nullable ConfigOrigin origin) {
    String named = origin == null ? null : origin.filename();
    return named == null ? file.toString() : named;
  }
}
