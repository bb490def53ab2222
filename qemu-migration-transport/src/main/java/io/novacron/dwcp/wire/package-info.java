/**
 * The frames that two daemons exchange, as PROTOCOL.md defines them: headers, limits, version
 * negotiation, and the errors of a peer that breaks the rules.
 *
 * <p>Which stream carries a frame and what its payload means are decided elsewhere.
 */
@NullMarked
package io.novacron.dwcp.wire;

import org.jspecify.annotations.NullMarked;
