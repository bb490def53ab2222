/**
 * The libvirt RPC that runs between two hosts while a guest migrates: what is read of it, the two
 * messages that are rewritten, and what that says about the life of each migration.
 *
 * <p>{@link io.novacron.dwcp.relay.RpcMessageReader} cuts one direction of a connection into
 * messages; {@link io.novacron.dwcp.relay.SourceRelay} and {@link
 * io.novacron.dwcp.relay.DestinationRelay} say what to do with them. Bytes in, actions out. What is
 * not understood is passed on byte for byte, in order: that migration is a plain one.
 *
 * <p>Sockets, threads, timers and the choice of ports do not belong here. RELAY.md has the table of
 * what is touched.
 */
@NullMarked
package io.novacron.dwcp.relay;

import org.jspecify.annotations.NullMarked;
