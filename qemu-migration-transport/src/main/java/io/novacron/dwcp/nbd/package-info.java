/**
 * The NBD protocol as libvirt and QEMU use it to copy disks during a migration: negotiation,
 * requests, replies, and which of them are barriers.
 *
 * <p>Reading and writing images does not belong here, nor does the encoding of the blocks.
 */
@NullMarked
package io.novacron.dwcp.nbd;

import org.jspecify.annotations.NullMarked;
