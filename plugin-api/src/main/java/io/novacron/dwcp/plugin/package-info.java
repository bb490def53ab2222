/**
 * The published contract of DWCP: what code outside this project may supply or observe. It speaks
 * in bytes, times and plain values, and a change that breaks it needs a new major version.
 *
 * <p>Nothing of the transport, of Netty, Guice or JNA appears here.
 */
@NullMarked
package io.novacron.dwcp.plugin;

import org.jspecify.annotations.NullMarked;
