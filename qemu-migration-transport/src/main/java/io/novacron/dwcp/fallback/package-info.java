/**
 * The choice between our transport and plain TCP, as a pure function from facts to a verdict with
 * its reason. Past the point of no return no such choice can be expressed.
 *
 * <p>Carrying the choice out does not belong here.
 */
@NullMarked
package io.novacron.dwcp.fallback;

import org.jspecify.annotations.NullMarked;
