/**
 * What became of the migrations that this host took part in: the newest so many, in memory and in a
 * file that outlives the daemon.
 *
 * <p>Entry: {@link io.novacron.dwcp.history.MigrationHistory}. A history that cannot be written
 * never disturbs a migration. Showing it belongs to the command.
 */
@NullMarked
package io.novacron.dwcp.history;

import org.jspecify.annotations.NullMarked;
