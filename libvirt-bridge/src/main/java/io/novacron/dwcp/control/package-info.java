/**
 * The conversation between the command and the running daemon over a Unix socket: requests, replies
 * and their JSON.
 *
 * <p>One connection carries one line of JSON each way and ends. The daemon answers through {@link
 * io.novacron.dwcp.control.DaemonView}. How the answers look on a terminal does not belong here,
 * nor how the daemon finds them.
 */
@NullMarked
package io.novacron.dwcp.control;

import org.jspecify.annotations.NullMarked;
