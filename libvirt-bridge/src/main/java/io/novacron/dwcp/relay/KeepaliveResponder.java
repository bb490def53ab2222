package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Answers one side's keepalive in the place of the other while the way between them is down. A PING
 * answered here must not reach the other side as well: a PONG that nobody waits for is harmless,
 * but the PINGs of a long outage would arrive at once.
 *
 * <p>Put the answer between two messages only ({@link RpcMessageReader#atMessageBoundary}).
 */
public final class KeepaliveResponder {
  /** The answer to give to the side that sent this message; empty if it is no PING. */
  public Optional<ByteBuffer> answer(RpcMessage message) {
    return Keepalive.of(message.header())
        .filter(keepalive -> keepalive == Keepalive.PING)
        .map(ping -> Keepalive.PONG.encode());
  }
}
