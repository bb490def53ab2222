/**
 * The daemon {@code dwcpd}: its graph of long-lived objects, its start, its ready signal and its
 * end.
 *
 * <p>What happens within one migration belongs to the packages below.
 */
@NullMarked
package io.novacron.dwcp.daemon;

import org.jspecify.annotations.NullMarked;
