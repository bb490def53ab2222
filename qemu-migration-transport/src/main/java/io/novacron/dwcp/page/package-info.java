/**
 * Guest memory pages by address: RAM block, offset, size, content, and the copies of a page that
 * both hosts hold.
 *
 * <p>How a page is written on a wire, ours or QEMU's, does not belong here.
 */
@NullMarked
package io.novacron.dwcp.page;

import org.jspecify.annotations.NullMarked;
