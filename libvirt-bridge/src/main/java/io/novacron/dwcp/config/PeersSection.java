package io.novacron.dwcp.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.novacron.dwcp.config.DaemonConfig.LimitConfig;
import io.novacron.dwcp.plugin.Peer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code dwcp.peers}: a section for each peer, whose name becomes the name of a socket. Used
 * once.
 */
final class PeersSection {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");
  private static final String PATH = "dwcp.peers";

  /** sun_path of unix(7) holds 108 bytes, the last of them the terminating zero. */
  private static final int LONGEST_SOCKET_PATH_BYTES = 107;

  private final ConfigReader reader;
  private final Path runtimeDir;
  private final Map<String, String> certificateNames = new LinkedHashMap<>();
  private final Map<String, Long> rateLimits = new LinkedHashMap<>();

  PeersSection(ConfigReader reader, Path runtimeDir) {
    this.reader = reader;
    this.runtimeDir = runtimeDir;
  }

  StaticPeers read() {
    String directory = ConfigKeys.RUNTIME_DIR.fullPath();
    checkSocketPath(reader.find(directory), directory, "control");
    List<Peer> peers = new ArrayList<>();
    ConfigValue section = reader.find(PATH);
    switch (section) {
      case null -> {}
      case ConfigObject named ->
          new TreeMap<>(named).forEach((name, value) -> peer(name, value).ifPresent(peers::add));
      default -> reader.problem(section, PATH, "is a section: write peers { NAME { … } }");
    }
    return new StaticPeers(peers);
  }

  /** Bytes per second of the peers that {@link #read} found and that have a limit. */
  Map<String, Long> rateLimits() {
    return Map.copyOf(rateLimits);
  }

  /** Of the peers that {@link #read} found and that have one. */
  Map<String, String> certificateNames() {
    return Map.copyOf(certificateNames);
  }

  private Optional<Peer> peer(String name, ConfigValue value) {
    String path = PATH + "." + name;
    checkName(name, value, path);
    if (!(value instanceof ConfigObject keys)) {
      reader.problem(value, path, "is a section: write " + name + " { address = \"host:port\" }");
      return Optional.empty();
    }
    keys.forEach((key, inner) -> checkKnown(path, key, inner));
    ConfigValue address = keys.get(ConfigKeys.PEER_ADDRESS.name());
    if (address == null) {
      if (!looksLikeUnquotedName(keys)) {
        reader.problem(value, path, "has no address; write address = \"host:port\"");
      }
      return Optional.empty();
    }
    InetSocketAddress at = reader.read(ConfigKeys.PEER_ADDRESS, path + ".address", address);
    ConfigValue libvirt = keys.get(ConfigKeys.PEER_LIBVIRT.name());
    URI uri =
        libvirt == null ? null : reader.read(ConfigKeys.PEER_LIBVIRT, path + ".libvirt", libvirt);
    ConfigValue limit = keys.get(ConfigKeys.PEER_RATE_LIMIT.name());
    Long bytesPerSecond =
        limit == null ? null : reader.read(ConfigKeys.PEER_RATE_LIMIT, path + ".rate-limit", limit);
    ConfigValue certificate = keys.get(ConfigKeys.PEER_CERTIFICATE_NAME.name());
    String certificateName =
        certificate == null
            ? null
            : reader.read(
                ConfigKeys.PEER_CERTIFICATE_NAME, path + ".certificate-name", certificate);
    if (certificateName != null) {
      certificateNames.put(name, certificateName);
    }
    if (bytesPerSecond != null) {
      rateLimits.put(name, bytesPerSecond);
    }
    return at == null
        ? Optional.empty()
        : Optional.of(new Peer(name, at, Optional.ofNullable(uri)));
  }

  private void checkName(String name, ConfigValue value, String path) {
    if (!NAME.matcher(name).matches()) {
      reader.problem(value, path, "a peer's name takes only A-Z a-z 0-9 . _ -");
    } else if (name.equals("control")) {
      reader.problem(value, path, "the name is taken: control.sock is the daemon's own socket");
    } else if (name.equals(LimitConfig.HOST)) {
      reader.problem(value, path, "the name is taken: dwcp limit host is for this host");
    } else {
      checkSocketPath(value, path, name);
    }
  }

  private void checkSocketPath(@Nullable ConfigValue value, String path, String name) {
    Path socket = runtimeDir.resolve(name + ".sock");
    int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > LONGEST_SOCKET_PATH_BYTES) {
      reader.problem(
          value,
          path,
          "the socket "
              + socket
              + " has a path of "
              + bytes
              + " bytes; the kernel takes "
              + LONGEST_SOCKET_PATH_BYTES);
    }
  }

  private void checkKnown(String path, String key, ConfigValue value) {
    List<String> known = ConfigKeys.PEER.stream().map(ConfigKey::name).toList();
    if (known.contains(key)) {
      return;
    }
    String hint =
        value instanceof ConfigObject
            ? "; a peer's name with a dot stands in quotes"
            : NearestName.of(key, known)
                .map(nearest -> "; did you mean " + nearest + "?")
                .orElse("; a peer has " + String.join(", ", known));
    reader.problem(value, path + "." + key, "is not a key" + hint);
  }

  /** {@code host-b.example { … }} without quotes is a section within a section. */
  private static boolean looksLikeUnquotedName(ConfigObject keys) {
    return keys.values().stream().anyMatch(ConfigObject.class::isInstance);
  }
}
