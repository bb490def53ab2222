package io.novacron.dwcp.relay;

/**
 * The procedures of libvirt's main program that the relay reads (src/remote/remote_protocol.x;
 * numbers are never reused). Begin (302), Perform (305) and Confirm (307) are asked of the source's
 * own libvirt and never cross to the peer.
 */
public final class RemoteProgram {
  public static final int PROGRAM = RpcPrograms.REMOTE;
  public static final int VERSION = 1;

  public static final int DOMAIN_MIGRATE_PREPARE3_PARAMS = 303;
  public static final int DOMAIN_MIGRATE_PREPARE_TUNNEL3_PARAMS = 304;
  public static final int DOMAIN_MIGRATE_FINISH3_PARAMS = 306;

  private RemoteProgram() {}

  /** Whether a message is one that the relays want whole. All others pass in pieces. */
  static boolean isRead(RpcHeader header) {
    if (header.program() == RpcPrograms.KEEPALIVE) {
      return true;
    }
    boolean callOrReply = header.type() == RpcType.CALL || header.type() == RpcType.REPLY;
    return callOrReply
        && (isProcedure(header, DOMAIN_MIGRATE_PREPARE3_PARAMS)
            || isProcedure(header, DOMAIN_MIGRATE_PREPARE_TUNNEL3_PARAMS)
            || isProcedure(header, DOMAIN_MIGRATE_FINISH3_PARAMS));
  }

  static boolean isPrepare(RpcHeader header, RpcType type) {
    return header.type() == type
        && (isProcedure(header, DOMAIN_MIGRATE_PREPARE3_PARAMS)
            || isProcedure(header, DOMAIN_MIGRATE_PREPARE_TUNNEL3_PARAMS));
  }

  static boolean isProcedure(RpcHeader header, int procedure) {
    return header.program() == PROGRAM
        && header.version() == VERSION
        && header.procedure() == procedure;
  }
}
