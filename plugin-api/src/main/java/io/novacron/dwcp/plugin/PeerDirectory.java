package io.novacron.dwcp.plugin;

import java.util.Collection;
import java.util.Optional;

/**
 * Which peers exist and where they are.
 *
 * <p>Both methods may be called from any thread, on every new migration, and must not block: a
 * directory that asks the network answers from what it last knew.
 */
public interface PeerDirectory {

  /** The peer of this exact name, or empty when the directory does not know it. */
  Optional<Peer> lookup(String name);

  /** All peers, in a stable order; an unmodifiable snapshot. */
  Collection<Peer> peers();
}
