/**
 * Baselines on disk: what a guest looked like when it last went between this host and a peer, so
 * that pages which are still the same need not travel when it comes back.
 *
 * <p>{@link io.novacron.dwcp.baseline.FileBaselineStore} keeps files and knows nothing of what is
 * in them; {@link io.novacron.dwcp.baseline.BaselineFormat} is their layout; {@link
 * io.novacron.dwcp.baseline.BaselineWriter} and {@link io.novacron.dwcp.baseline.BaselineReader}
 * turn pages into it and back, checking every page. {@link io.novacron.dwcp.baseline.Baselines}
 * does both in the background, so that no migration waits for a disk. How pages are found and
 * referred to belongs in {@code encoding}.
 */
@NullMarked
package io.novacron.dwcp.baseline;

import org.jspecify.annotations.NullMarked;
