package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A message of libvirt's keepalive program (src/rpc/virkeepaliveprotocol.x): no payload, serial 0,
 * type MESSAGE in both directions.
 */
public enum Keepalive {
  PING(1),
  PONG(2);

  private static final int VERSION = 1;

  private final int procedure;

  Keepalive(int procedure) {
    this.procedure = procedure;
  }

  public static Optional<Keepalive> of(RpcHeader header) {
    if (header.program() != RpcPrograms.KEEPALIVE || header.version() != VERSION) {
      return Optional.empty();
    }
    return switch (header.procedure()) {
      case 1 -> Optional.of(PING);
      case 2 -> Optional.of(PONG);
      default -> Optional.empty();
    };
  }

  public ByteBuffer encode() {
    RpcHeader header =
        new RpcHeader(RpcPrograms.KEEPALIVE, VERSION, procedure, RpcType.MESSAGE, 0, RpcStatus.OK);
    return new XdrWriter().message(header);
  }
}
