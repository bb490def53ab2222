/**
 * The command {@code dwcp}: one class for each subcommand, which asks the daemon and prints; {@code
 * doctor} looks at the host itself.
 *
 * <p>It starts in well under a second, so it loads neither Netty nor Guice, and it decides nothing.
 * Only {@code dwcp replay} has the package {@code replay} loaded, when it plays.
 */
@NullMarked
package io.novacron.dwcp.cli;

import org.jspecify.annotations.NullMarked;
