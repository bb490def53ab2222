package io.novacron.dwcp.config;

import io.novacron.dwcp.plugin.Peer;
import io.novacron.dwcp.plugin.PeerDirectory;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The peers of the configuration file, by name; immutable. */
public final class StaticPeers implements PeerDirectory {

  private final Map<String, Peer> byName;

  /** Takes peers of distinct names; keeps their order. */
  public StaticPeers(List<Peer> peers) {
    var ordered = new LinkedHashMap<String, Peer>();
    for (Peer peer : peers) {
      if (ordered.put(peer.name(), peer) != null) {
        throw new IllegalArgumentException("two peers are named " + peer.name());
      }
    }
    byName = Collections.unmodifiableMap(ordered);
  }

  @Override
  public Optional<Peer> lookup(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  @Override
  public Collection<Peer> peers() {
    return byName.values();
  }
}
