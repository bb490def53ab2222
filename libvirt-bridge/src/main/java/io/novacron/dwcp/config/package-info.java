/**
 * The daemon's configuration as records: read from HOCON, checked as a whole, every problem
 * reported with file and line.
 *
 * <p>Other packages receive the records and never see HOCON.
 */
@NullMarked
package io.novacron.dwcp.config;

import org.jspecify.annotations.NullMarked;
