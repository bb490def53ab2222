/**
 * The command {@code dwcp}: one class for each subcommand, which asks the daemon and prints.
 *
 * <p>It starts in well under a second, so it loads neither Netty nor Guice, and it decides nothing.
 */
@NullMarked
package io.novacron.dwcp.cli;

import org.jspecify.annotations.NullMarked;
