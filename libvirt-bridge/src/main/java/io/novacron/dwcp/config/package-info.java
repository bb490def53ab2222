/**
 * The daemon's configuration as records: read from HOCON, checked as a whole, every problem
 * reported with file and line.
 *
 * <p>{@link io.novacron.dwcp.config.ConfigKeys} declares every key; parser, sample file and manual
 * follow that table. Entry: {@link io.novacron.dwcp.config.ConfigFile}. Other packages receive the
 * records and never see HOCON.
 */
@NullMarked
package io.novacron.dwcp.config;

import org.jspecify.annotations.NullMarked;
