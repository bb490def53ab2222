package io.novacron.dwcp.config;

import io.novacron.dwcp.config.ValueType.AbsolutePath;
import io.novacron.dwcp.config.ValueType.AutoOr;
import io.novacron.dwcp.config.ValueType.ByteSize;
import io.novacron.dwcp.config.ValueType.Choice;
import io.novacron.dwcp.config.ValueType.HostName;
import io.novacron.dwcp.config.ValueType.HostPort;
import io.novacron.dwcp.config.ValueType.LibvirtUri;
import io.novacron.dwcp.config.ValueType.NamePatterns;
import io.novacron.dwcp.config.ValueType.Ports;
import io.novacron.dwcp.config.ValueType.Rate;
import io.novacron.dwcp.config.ValueType.TimeSpan;
import io.novacron.dwcp.config.ValueType.WholeNumber;
import io.novacron.dwcp.tls.NamePattern;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The table of all keys, in the order in which the sample file and the manual show them. */
public final class ConfigKeys {

  private static final String FIRST = "0.1";
  private static final long MIB = 1L << 20;

  static final ConfigKey<InetSocketAddress> LISTEN =
      new ConfigKey<>(
          "listen",
          new HostPort(),
          "0.0.0.0:16590",
          "Where peers reach this daemon.",
          "All addresses; a port next to libvirt's own 16509 and 16514 that nothing else uses.",
          FIRST);

  static final ConfigKey<Path> RUNTIME_DIR =
      new ConfigKey<>(
          "runtime-dir",
          new AbsolutePath(),
          "/run/dwcp",
          "Holds HOST.sock for each peer, and control.sock for the dwcp command.",
          "Emptied at boot, as sockets should be; the migration URI names it.",
          FIRST);

  static final ConfigKey<Path> STATE_DIR =
      new ConfigKey<>(
          "state-dir",
          new AbsolutePath(),
          "/var/lib/dwcp",
          "Holds what outlives a restart: the history of migrations, and baselines.",
          "The usual place for a daemon's state; see baselines.max-bytes for its size.",
          FIRST);

  static final ConfigKey<Optional<String>> HOST_NAME =
      new ConfigKey<>(
          "host-name",
          new AutoOr<>(new HostName()),
          "auto",
          "How this host names itself to peers and in the history; auto is the kernel's host name.",
          "What the host is called already.",
          FIRST);

  static final ConfigKey<String> LOG_LEVEL =
      new ConfigKey<>(
          "log-level",
          new Choice(List.of("error", "warn", "info", "debug", "trace"), Map.of()),
          "info",
          "The least important message that is logged.",
          "A few lines for each migration and one for each decision.",
          FIRST);

  static final ConfigKey<String> SECURITY_MODE =
      new ConfigKey<>(
          "security.mode",
          new Choice(List.of("tls", "none"), Map.of()),
          "tls",
          "How peers prove who they are: by certificates, on connections that are encrypted (TLS"
              + " 1.3), or with none not at all. Then whoever reaches the listen address is root's"
              + " peer: use it on a trusted network only. The daemon warns of it at each start.",
          "What travels is a guest's memory, and who may come in may ask libvirt for what root"
              + " may.",
          FIRST);

  static final ConfigKey<String> SECURITY_PROVIDER =
      new ConfigKey<>(
          "security.provider",
          new Choice(List.of("boringssl", "jdk"), Map.of()),
          "boringssl",
          "Whose code encrypts: BoringSSL, which comes with DWCP, or what the JDK is set up with,"
              + " as hosts that must use a FIPS module want it.",
          "BoringSSL takes less of a core for each gigabyte, and less time to start.",
          FIRST);

  static final ConfigKey<Path> SECURITY_PKI_DIR =
      new ConfigKey<>(
          "security.pki-dir",
          new AbsolutePath(),
          "/etc/dwcp/pki",
          "Holds this host's certificate: ca.pem (the authorities that are believed), cert.pem,"
              + " key.pem and, where something was revoked, crl.pem. Where it holds none of the"
              + " first three, the host's own are taken: those of libvirt (/etc/pki/CA,"
              + " /etc/pki/libvirt), else those of QEMU and Nova (/etc/pki/qemu). Files that change"
              + " count from the next connection on.",
          "dwcp tls makes them there.",
          FIRST);

  static final ConfigKey<List<NamePattern>> SECURITY_ALLOWED_PEERS =
      new ConfigKey<>(
          "security.allowed-peers",
          new NamePatterns(),
          "[]",
          "Who may dial this host, of those whom the authorities certified: patterns with * and ?,"
              + " separated by blanks or in a list, one of which must match the subject of the"
              + " certificate (CN=host-a,O=Example) or a name in it. Empty: whose certificate bears"
              + " the name, the address or the certificate-name of a configured peer.",
          "An authority certifies others than hypervisors, too.",
          FIRST);

  static final ConfigKey<String> SECURITY_PEER_CALLS =
      new ConfigKey<>(
          "security.peer-calls",
          new Choice(List.of("migration", "all"), Map.of()),
          "migration",
          "What peers may ask this host's libvirt for: the calls that migrations make, or all."
              + " Others are refused, logged, and counted as calls.refused by dwcp status.",
          "Through a connection for migrations, root of one host would else be root of the others.",
          FIRST);

  static final ConfigKey<Integer> STREAMS =
      new ConfigKey<>(
          "streams",
          new WholeNumber(1, 32),
          "8",
          "TCP connections that the first session with a peer begins with. On a path that loses"
              + " packets twice as many are tried, and kept where they raise the rate; elsewhere"
              + " half as many, and kept where they do not lower it. The next session begins with"
              + " what was found.",
          "As good as more where the kernel has BBR, and enough to learn from where it has not.",
          FIRST);

  static final ConfigKey<Integer> LEAST_STREAMS =
      new ConfigKey<>(
          "least-streams",
          new WholeNumber(1, 32),
          "4",
          "The fewest that a session has; with streams and most-streams equal to it their number is"
              + " fixed.",
          "One that breaks or stalls holds back a quarter.",
          FIRST);

  static final ConfigKey<Integer> MOST_STREAMS =
      new ConfigKey<>(
          "most-streams",
          new WholeNumber(1, 32),
          "32",
          "The most that a session has.",
          "With CUBIC and 1 % loss 32 carry four times as much as 8; a peer takes no more.",
          FIRST);

  static final ConfigKey<String> CONGESTION_CONTROL =
      new ConfigKey<>(
          "congestion-control",
          new Choice(List.of("bbr", "cubic", "kernel"), Map.of()),
          "bbr",
          "The congestion control that this daemon asks the kernel for on its own connections, and"
              + " that it goes without where the kernel lacks it; kernel is the kernel's default.",
          "BBR keeps its rate where packets are lost; CUBIC, which is most kernels' default, takes"
              + " each lost packet for a full link.",
          FIRST);

  static final ConfigKey<Integer> WORKERS =
      new ConfigKey<>(
          "workers",
          new WholeNumber(0, 256),
          "0",
          "Threads that compress and decompress; 0 is one for each core.",
          "Compression is what limits a fast link, and it scales with cores.",
          FIRST);

  static final ConfigKey<Long> HISTORY_BUDGET =
      new ConfigKey<>(
          "history-budget",
          new ByteSize(16 * MIB, 64 * 1024 * MIB),
          "1 GiB",
          "Memory for each migration's record of pages that the destination holds already.",
          "Covers the pages that a guest of some gigabytes repeats; each host needs it once for"
              + " each migration that runs.",
          FIRST);

  static final ConfigKey<Long> HISTORY_RESERVE =
      new ConfigKey<>(
          "history-reserve",
          new ByteSize(0, 64 * 1024 * MIB),
          "512 MiB",
          "Memory for such records that the daemon takes at its start and keeps, for whichever"
              + " migration comes next; what more they need is taken when they need it.",
          "Where the kernel or a hypervisor below has to find memory first, that takes as long as"
              + " the migration itself. 0 where peers are on the same LAN, which need no record.",
          FIRST);

  static final ConfigKey<Long> RECEIVE_WINDOW =
      new ConfigKey<>(
          "receive-window",
          new ByteSize(MIB, 1024 * MIB),
          "64 MiB",
          "Bytes that a channel accepts before the destination QEMU has taken them.",
          "More than 1 Gbit/s times 300 ms, 38 MB.",
          FIRST);

  static final ConfigKey<Long> RATE_LIMIT =
      new ConfigKey<>(
          "rate-limit",
          new Rate(),
          "none",
          "The most that this host sends to all peers together, in bytes of DWCP's frames with"
              + " their headers, without those of TCP and IP; guests that leave share it evenly."
              + " It counts for guests that leave this host, not for those that come, nor for plain"
              + " TCP. dwcp limit changes it until the daemon ends.",
          "Streams fill the link and give way as TCP does; a limit is for links that others need.",
          FIRST);

  static final ConfigKey<Duration> CONNECT_TIMEOUT =
      new ConfigKey<>(
          "connect-timeout",
          new TimeSpan(Duration.ofMillis(100), Duration.ofMinutes(1)),
          "3 s",
          "How long a peer may take to accept a connection before the migration is plain TCP.",
          "One lost SYN is sent again after 1 s, the next after 2 s more.",
          FIRST);

  static final ConfigKey<Duration> HANDSHAKE_TIMEOUT =
      new ConfigKey<>(
          "handshake-timeout",
          new TimeSpan(Duration.ofMillis(100), Duration.ofMinutes(1)),
          "5 s",
          "How long a peer that accepted may take to say that it is a dwcpd.",
          "Ten round trips of the longest link, and a busy host; libvirt waits 30 s.",
          FIRST);

  static final ConfigKey<Duration> OUTAGE_BUDGET =
      new ConfigKey<>(
          "outage-budget",
          new TimeSpan(Duration.ofSeconds(1), Duration.ofMinutes(10)),
          "60 s",
          "How long a link may be dead before a migration that runs is given up.",
          "Twice what libvirt alone survives; covers a switch that restarts its uplink.",
          FIRST);

  static final ConfigKey<Duration> PEER_QUARANTINE =
      new ConfigKey<>(
          "peer-quarantine",
          new TimeSpan(Duration.ZERO, Duration.ofDays(1)),
          "5 min",
          "After a broken session the peer gets plain TCP for so long; 0 s is not at all.",
          "Long enough for one retry by hand or by Nova to succeed as plain TCP.",
          FIRST);

  static final ConfigKey<PortRange> DATA_PORTS =
      new ConfigKey<>(
          "data-ports",
          new Ports(),
          "26590-26999",
          "Loopback ports where the source QEMU hands over its memory and disks.",
          "410 ports are 205 migrations at once; outside libvirt's migration ports, which libvirt"
              + " tests by binding the wildcard address, and below the kernel's ephemeral ports.",
          FIRST);

  static final ConfigKey<Optional<Path>> LIBVIRT_SOCKET =
      new ConfigKey<>(
          "libvirt-socket",
          new AutoOr<>(new AbsolutePath()),
          "auto",
          "The libvirt of this host; auto is /run/libvirt/virtqemud-sock where it exists, else"
              + " /run/libvirt/libvirt-sock.",
          "Fits modular and monolithic libvirt.",
          FIRST);

  static final ConfigKey<Duration> FIRST_DOWNTIME_LIMIT =
      new ConfigKey<>(
          "first-downtime-limit",
          new TimeSpan(Duration.ZERO, Duration.ofSeconds(10)),
          "40 ms",
          "While a guest leaves this host through DWCP, libvirt's downtime limit is lowered to"
              + " this, and raised again step by step, up to what it was, if the guest does not"
              + " converge. 0 s leaves it alone.",
          "Under QEMU's own 300 ms a guest stands still for as long; one more round makes it a"
              + " third.",
          FIRST);

  static final ConfigKey<String> EARLY_DISK_REPLIES =
      new ConfigKey<>(
          "early-disk-replies",
          new Choice(List.of("true", "false"), Map.of()),
          "true",
          "Whether QEMU, while --copy-storage-all copies a disk, is told that a write is done when"
              + " it is on its way. The guest is started at the destination only when all of them"
              + " are there. Not for migrations that may go to post-copy.",
          "QEMU has 16 writes under way at most, so else a disk is copied at 16 of them a round"
              + " trip.",
          FIRST);

  static final ConfigKey<Integer> HISTORY_ENTRIES =
      new ConfigKey<>(
          "history-entries",
          new WholeNumber(10, 100_000),
          "1000",
          "Migrations that dwcp history remembers.",
          "About 500 bytes each: half a megabyte.",
          FIRST);

  static final ConfigKey<String> BASELINES_ENABLED =
      new ConfigKey<>(
          "baselines.enabled",
          new Choice(List.of("true", "false"), Map.of()),
          "true",
          "Whether both hosts keep what a guest's memory looked like when it left, in a file that"
              + " only root can read, so that its way back takes few bytes.",
          "Guests that come back are common; what is kept has an age and a size.",
          FIRST);

  static final ConfigKey<Long> BASELINES_MAX_BYTES =
      new ConfigKey<>(
          "baselines.max-bytes",
          new ByteSize(16 * MIB, 64 * 1024 * 1024 * MIB),
          "10 GiB",
          "Room for baselines below the state directory; the oldest go first.",
          "Some forty guests of 1 GiB of used memory, which zstd makes a quarter.",
          FIRST);

  static final ConfigKey<Long> BASELINES_DISK_MAX_BYTES =
      new ConfigKey<>(
          "baselines.disk-max-bytes",
          new ByteSize(0, 64 * 1024 * 1024 * MIB),
          "20 GiB",
          "Room below the state directory for what disks held when --copy-storage-all copied them"
              + " to another host, so that their way back takes few bytes; the oldest go first, and"
              + " a tenth of the file system stays free. With 0 B none is kept.",
          "Two disks with 10 GiB of content; what libvirt leaves behind is the file that the next"
              + " copy writes to.",
          FIRST);

  static final ConfigKey<Duration> BASELINES_MAX_AGE =
      new ConfigKey<>(
          "baselines.max-age",
          new TimeSpan(Duration.ofMinutes(1), Duration.ofDays(3650)),
          "30 d",
          "A baseline that is older is removed.",
          "After a month little of a guest's memory is as it was.",
          FIRST);

  static final ConfigKey<String> IMAGES_ENABLED =
      new ConfigKey<>(
          "images.enabled",
          new Choice(List.of("true", "false"), Map.of()),
          "true",
          "Whether pages of a guest's memory that are blocks of the read-only image below one of"
              + " its qcow2 disks, of which each host has its own copy, are read from there by the"
              + " destination instead of being sent.",
          "What a guest has read of its image is much of its memory.",
          FIRST);

  static final ConfigKey<Long> IMAGES_MAX_BYTES =
      new ConfigKey<>(
          "images.max-bytes",
          new ByteSize(MIB, 64 * 1024 * MIB),
          "1 GiB",
          "Room below the state directory for the digests of such images; those that were not used"
              + " for the longest time go first.",
          "0.6 % of the images: some hundred of 1.5 GiB.",
          FIRST);

  static final ConfigKey<InetSocketAddress> PEER_ADDRESS =
      new ConfigKey<>(
          "peers.NAME.address",
          new HostPort(),
          "",
          "Where the peer's daemon listens. NAME is the HOST of HOST.sock: letters, digits and"
              + " . _ - (a name with a dot stands in quotes).",
          "Required for each peer.",
          FIRST);

  static final ConfigKey<URI> PEER_LIBVIRT =
      new ConfigKey<>(
          "peers.NAME.libvirt",
          new LibvirtUri(),
          "",
          "How stock libvirt reaches the peer, for the fallback when its dwcpd does not answer.",
          "Optional; without it a migration to a peer without dwcpd fails.",
          FIRST);

  static final ConfigKey<String> PEER_CERTIFICATE_NAME =
      new ConfigKey<>(
          "peers.NAME.certificate-name",
          new HostName(),
          "",
          "The name or the address that the peer's certificate must bear.",
          "NAME, or the host of its address.",
          FIRST);

  static final ConfigKey<Long> PEER_RATE_LIMIT =
      new ConfigKey<>(
          "peers.NAME.rate-limit",
          new Rate(),
          "none",
          "The most that this host sends to the peer, counted as for rate-limit; the tighter of the"
              + " two counts.",
          "The host's limit alone.",
          FIRST);

  /** The keys of the daemon itself. */
  public static final List<ConfigKey<?>> DAEMON =
      List.of(
          LISTEN,
          RUNTIME_DIR,
          STATE_DIR,
          HOST_NAME,
          LOG_LEVEL,
          SECURITY_MODE,
          SECURITY_PROVIDER,
          SECURITY_PKI_DIR,
          SECURITY_ALLOWED_PEERS,
          SECURITY_PEER_CALLS,
          STREAMS,
          LEAST_STREAMS,
          MOST_STREAMS,
          CONGESTION_CONTROL,
          WORKERS,
          HISTORY_BUDGET,
          HISTORY_RESERVE,
          RECEIVE_WINDOW,
          RATE_LIMIT,
          CONNECT_TIMEOUT,
          HANDSHAKE_TIMEOUT,
          OUTAGE_BUDGET,
          PEER_QUARANTINE,
          DATA_PORTS,
          LIBVIRT_SOCKET,
          FIRST_DOWNTIME_LIMIT,
          EARLY_DISK_REPLIES,
          HISTORY_ENTRIES,
          BASELINES_ENABLED,
          BASELINES_MAX_BYTES,
          BASELINES_DISK_MAX_BYTES,
          BASELINES_MAX_AGE,
          IMAGES_ENABLED,
          IMAGES_MAX_BYTES);

  /** The keys below each {@code peers.NAME}. */
  public static final List<ConfigKey<?>> PEER =
      List.of(PEER_ADDRESS, PEER_LIBVIRT, PEER_CERTIFICATE_NAME, PEER_RATE_LIMIT);

  private ConfigKeys() {}
}
