package io.novacron.dwcp.fallback;

import java.net.URI;

/** How stock libvirt of a peer is reached, read from the peer's {@code libvirt} URI. */
public sealed interface LibvirtRoute {
  /** libvirt's registered ports (libvirt.org, "Remote support"): 16509 plain, 16514 TLS. */
  int TCP_PORT = 16509;

  int TLS_PORT = 16514;

  /**
   * In each, {@code host} is a name or an address, one of IPv6 without brackets: ssh(1) takes none.
   */
  record Tcp(String host, int port) implements LibvirtRoute {}

  record Tls(String host, int port) implements LibvirtRoute {}

  /** {@code port} is 0 for ssh's own default; {@code user} is empty for ssh's own choice. */
  record Ssh(String user, String host, int port) implements LibvirtRoute {}

  /** The URI names no way that can be taken. */
  record Unusable(String reason) implements LibvirtRoute {}

  /**
   * Reads {@code qemu+tcp://}, {@code qemu+tls://}, {@code qemu://} (TLS) and {@code qemu+ssh://}.
   */
  static LibvirtRoute of(URI uri) {
    String scheme = String.valueOf(uri.getScheme());
    String named = uri.getHost();
    if (named == null || named.isEmpty()) {
      return new Unusable("the libvirt URI " + uri + " names no host");
    }
    String host = named.startsWith("[") ? named.substring(1, named.length() - 1) : named;
    int port = uri.getPort();
    return switch (scheme) {
      case "qemu+tcp" -> new Tcp(host, port < 0 ? TCP_PORT : port);
      case "qemu", "qemu+tls" -> new Tls(host, port < 0 ? TLS_PORT : port);
      case "qemu+ssh" ->
          new Ssh(uri.getUserInfo() == null ? "" : uri.getUserInfo(), host, Math.max(port, 0));
      default ->
          new Unusable(
              "transport "
                  + scheme
                  + " of "
                  + uri
                  + "; expected qemu+tcp, qemu+tls, qemu or qemu+ssh");
    };
  }
}
