/**
 * libvirt's RPC on its way between two hosts: its framing, the few messages that a migration
 * changes, and the procedures that may pass.
 *
 * <p>A message that is not understood goes through as it came. Sockets do not belong here.
 */
@NullMarked
package io.novacron.dwcp.relay;

import org.jspecify.annotations.NullMarked;
