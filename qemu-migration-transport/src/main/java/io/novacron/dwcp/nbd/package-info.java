/**
 * The NBD protocol as libvirt and QEMU use it to copy disks during a migration: negotiation,
 * requests, replies, and which of them are barriers. {@link io.novacron.dwcp.nbd.WriteBehind}
 * answers writes before they are at the destination; why that loses nothing says PROTOCOL.md,
 * section 7.1.
 *
 * <p>Reading and writing images does not belong here, nor does the encoding of the blocks.
 */
@NullMarked
package io.novacron.dwcp.nbd;

import org.jspecify.annotations.NullMarked;
