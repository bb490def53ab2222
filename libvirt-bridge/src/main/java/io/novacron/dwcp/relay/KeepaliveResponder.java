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
  /** The answer to give to the side that sent this; empty if it is no PING. */
  public Optional<ByteBuffer> answer(RpcInput input) {
    return isPing(input) ? Optional.of(Keepalive.PONG.encode()) : Optional.empty();
  }

  private static boolean isPing(RpcInput input) {
    return switch (input) {
      case RpcMessage message ->
          Keepalive.of(message.header()).filter(Keepalive.PING::equals).isPresent();
      case RpcFragment ignored -> false;
      case OpaqueBytes ignored -> false;
    };
  }
}
