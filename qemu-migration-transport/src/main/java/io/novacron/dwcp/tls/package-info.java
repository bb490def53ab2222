/**
 * Who a daemon is to others and whom it believes: certificates, keys and revocation lists in their
 * files, what they say, and the rules about names.
 *
 * <p>Connections do not belong here: {@code TlsStreams} of the package {@code netty} makes them.
 */
@NullMarked
package io.novacron.dwcp.tls;

import org.jspecify.annotations.NullMarked;
