/**
 * Where libvirt's and QEMU's connections meet the transport: the socket for each peer, the loopback
 * listeners of a migration, the connections that the destination makes, and the plain way when
 * there is no session.
 *
 * <p>Starts at {@link io.novacron.dwcp.intercept.PeerSocket} on the source and {@link
 * io.novacron.dwcp.intercept.DestinationHost} on the destination. What an RPC message means belongs
 * to {@code relay}; frames and streams to the transport.
 */
@NullMarked
package io.novacron.dwcp.intercept;

import org.jspecify.annotations.NullMarked;
