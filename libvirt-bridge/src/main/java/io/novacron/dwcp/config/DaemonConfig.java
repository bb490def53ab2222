package io.novacron.dwcp.config;

import io.novacron.dwcp.congestion.RateLimit;
import io.novacron.dwcp.tls.NamePattern;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Everything that the operator decides, checked.
 *
 * @param listen unresolved
 * @param hostName empty: what {@link LocalHostName} says
 */
public record DaemonConfig(
    InetSocketAddress listen,
    Path runtimeDir,
    Path stateDir,
    Optional<String> hostName,
    LogLevel logLevel,
    SecurityConfig security,
    StaticPeers peers,
    TransportConfig transport,
    LocalConfig local,
    HistoryConfig history,
    BaselineConfig baselines,
    ImageConfig images,
    LimitConfig limits) {

  /** Where a migration to this peer enters: the socket of the migration URI. */
  public Path peerSocket(String peerName) {
    return runtimeDir.resolve(peerName + ".sock");
  }

  /** Where the dwcp command reaches the daemon. */
  public Path controlSocket() {
    return runtimeDir.resolve("control.sock");
  }

  /** The least important message that is logged. */
  public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /**
   * How peers prove who they are, and who may be one.
   *
   * @param pkiDir of certificates; where it is empty, the host's own are taken
   * @param allowedPeers who may dial this host; empty: those of the configured peers' names
   * @param certificateNames by the names of those peers that have one
   * @param onlyMigrationCalls whether peers may ask this host's libvirt for nothing else
   */
  public record SecurityConfig(
      SecurityMode mode,
      TlsProvider provider,
      Path pkiDir,
      List<NamePattern> allowedPeers,
      Map<String, String> certificateNames,
      boolean onlyMigrationCalls) {}

  /** Whose code encrypts. */
  public enum TlsProvider {
    BORINGSSL,
    JDK
  }

  /** How peers prove who they are. */
  public enum SecurityMode {
    /** By certificates, over TLS 1.3. */
    TLS,
    /** Not at all; the daemon warns of it loudly at each start. */
    NONE
  }

  /**
   * How this daemon meets libvirt and QEMU on its own host.
   *
   * @param dataPorts loopback ports of the source; never libvirt's own
   * @param libvirtSocket empty: virtqemud where its socket exists, else libvirtd
   * @param firstDowntimeLimit zero: libvirt's is left alone
   * @param earlyDiskReplies whether QEMU is told that writes to a disk are done while they are
   *     under way
   */
  public record LocalConfig(
      PortRange dataPorts,
      Optional<Path> libvirtSocket,
      Duration firstDowntimeLimit,
      boolean earlyDiskReplies) {

    private static final Path VIRTQEMUD = Path.of("/run/libvirt/virtqemud-sock");
    private static final Path LIBVIRTD = Path.of("/run/libvirt/libvirt-sock");

    /**
     * The socket to connect to now. Looked at anew for each connection, since libvirt may be
     * switched between its modular and its monolithic daemon while we run.
     */
    public Path libvirtSocketNow(Predicate<Path> exists) {
      return libvirtSocket.orElseGet(() -> exists.test(VIRTQEMUD) ? VIRTQEMUD : LIBVIRTD);
    }
  }

  /**
   * What the daemon remembers of migrations.
   *
   * @param entries the newest so many
   */
  public record HistoryConfig(int entries) {}

  /**
   * What the daemon keeps of the memory and the disks of guests.
   *
   * @param diskMaxBytes for the content of disks; 0 for none
   */
  public record BaselineConfig(
      boolean isEnabled, long maxBytes, long diskMaxBytes, Duration maxAge) {}

  /**
   * What the daemon makes of the images below guests' disks.
   *
   * @param maxBytes for their indexes
   */
  public record ImageConfig(boolean isEnabled, long maxBytes) {}

  /**
   * How fast this host may send, in bytes per second.
   *
   * @param hostBytesPerSecond to all peers together; {@link RateLimit#NONE} without a limit
   * @param peerBytesPerSecond by the names of the peers that have a limit of their own
   */
  public record LimitConfig(long hostBytesPerSecond, Map<String, Long> peerBytesPerSecond) {
    /** What stands for this host where a peer may be named. */
    public static final String HOST = "host";

    /** The limit of a peer; {@link RateLimit#NONE} without one. */
    public long ofPeer(String name) {
      return peerBytesPerSecond.getOrDefault(name, RateLimit.NONE);
    }
  }

  /** Where the indexes of images lie. */
  public Path imageDir() {
    return stateDir.resolve("images");
  }

  /** Where baselines lie. */
  public Path baselineDir() {
    return stateDir.resolve("baselines");
  }
}
