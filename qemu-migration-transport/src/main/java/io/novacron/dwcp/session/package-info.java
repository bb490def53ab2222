/**
 * What joins two daemons during migrations: its channels, one for each connection that libvirt or
 * QEMU made, and their life from opening to a proven end, through outages.
 *
 * <p>Built from parsers, tiers, frames and streams. It opens no socket and reads no clock.
 */
@NullMarked
package io.novacron.dwcp.session;

import org.jspecify.annotations.NullMarked;
