/**
 * Many TCP streams that carry the frames of one session: sequence per channel, credit, reassembly,
 * acknowledgement, and sending again what a dead stream had taken.
 *
 * <p>Sockets are opened elsewhere; the payload is opaque here.
 */
@NullMarked
package io.novacron.dwcp.streams;

import org.jspecify.annotations.NullMarked;
