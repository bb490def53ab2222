/**
 * libvirt in our own types: connections, domains, migration jobs and errors. Every call's result is
 * checked.
 *
 * <p>The raw functions are not shown to callers.
 */
@NullMarked
package io.novacron.dwcp.libvirt;

import org.jspecify.annotations.NullMarked;
