/**
 * The tiers that make pages and blocks smaller, each with its exact inverse, and the choice between
 * them.
 *
 * <p>A tier knows bytes and reference copies. It knows no frame, no stream and no peer.
 */
@NullMarked
package io.novacron.dwcp.encoding;

import org.jspecify.annotations.NullMarked;
