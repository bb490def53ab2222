/**
 * Many TCP streams that carry the frames of one session: sequence per channel, credit, reassembly,
 * acknowledgement, sending again what a dead stream had taken, and which of the frames that wait is
 * next, under the operator's limits and without.
 *
 * <p>Sockets are opened elsewhere; the payload is opaque here.
 */
@NullMarked
package io.novacron.dwcp.streams;

import org.jspecify.annotations.NullMarked;
