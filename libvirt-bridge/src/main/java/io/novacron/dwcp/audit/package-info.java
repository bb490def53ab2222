/**
 * What was decided, for whom and when: one line for each decision in a file of its own, each bound
 * to those before it, so that a line that was changed, removed or put in between is noticed.
 *
 * <p>What is decided, and why, belongs to those who decide.
 */
@NullMarked
package io.novacron.dwcp.audit;

import org.jspecify.annotations.NullMarked;
