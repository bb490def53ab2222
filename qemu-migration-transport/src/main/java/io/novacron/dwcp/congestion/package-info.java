/**
 * Estimates of a path from what its streams report: goodput, round-trip time, loss, backlog, and
 * the number of streams and bytes in flight that follow from them; and the limits that an operator
 * sets on what is sent.
 *
 * <p>Values in, values out. Reading them from the kernel does not belong here.
 */
@NullMarked
package io.novacron.dwcp.congestion;

import org.jspecify.annotations.NullMarked;
