package io.novacron.dwcp.plugin;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;

/**
 * Another compute host that runs the daemon, under the name that operators and Nova use for it.
 *
 * @param name the HOST of {@code qemu+unix:///system?socket=/run/dwcp/HOST.sock}
 * @param address where its daemon listens; always unresolved, so that each connection looks the
 *     name up again
 * @param libvirt how stock libvirt reaches that host, for the fallback to plain TCP; empty when no
 *     such way is configured
 */
public record Peer(String name, InetSocketAddress address, Optional<URI> libvirt) {

  /** Refuses a resolved address: it would pin the peer to what the name meant at start. */
  public Peer {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a peer has no name");
    }
    if (!address.isUnresolved()) {
      throw new IllegalArgumentException("address of peer " + name + " is resolved: " + address);
    }
  }

  /** The address as operators write it: {@code host:port}, an IPv6 address in brackets. */
  public String hostAndPort() {
    String host = address.getHostString();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
