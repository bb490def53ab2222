/**
 * Two hosts without sockets, threads or clocks: a session on each, joined by links that die, lose
 * and reorder as a seed says. {@link io.novacron.dwcp.testing.TwoHosts} is the entry.
 */
@NullMarked
package io.novacron.dwcp.testing;

import org.jspecify.annotations.NullMarked;
