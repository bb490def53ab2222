/**
 * The one place where sessions, streams and local connections meet sockets, timers and threads.
 *
 * <p>Everything that can be said without Netty is said in the other packages.
 */
@NullMarked
package io.novacron.dwcp.netty;

import org.jspecify.annotations.NullMarked;
