/**
 * Operations on whole batches of guest pages, done by libdwcp where it loads and by Java twins with
 * equal results everywhere else.
 *
 * <p>What a page means, and which kernel to ask for, is decided by the callers. No call is made for
 * a single page: crossing into native code costs more than the work.
 */
@NullMarked
package io.novacron.dwcp.kernels;

import org.jspecify.annotations.NullMarked;
