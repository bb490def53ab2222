/**
 * Plays a recorded QEMU stream through a real pair of sessions in this process: files and their
 * formats, the pair over loopback, a shaped link between its halves, and what came of it.
 *
 * <p>Nothing here talks to a daemon or to libvirt. Arguments and output belong in {@code cli}.
 */
@NullMarked
package io.novacron.dwcp.replay;

import org.jspecify.annotations.NullMarked;
