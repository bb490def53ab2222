package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The six words in front of each payload ({@code virNetMessageHeader}, libvirt
 * src/rpc/virnetprotocol.x).
 */
public record RpcHeader(
    int program, int version, int procedure, RpcType type, int serial, RpcStatus status) {
  /** Six words; the length word stands before them and is not counted here. */
  public static final int BYTES = 24;

  /** Empty when the words at the buffer's position are no header; consumes {@link #BYTES}. */
  static Optional<RpcHeader> read(ByteBuffer words) {
    int program = words.getInt();
    int version = words.getInt();
    int procedure = words.getInt();
    Optional<RpcType> type = RpcType.ofWireValue(words.getInt());
    int serial = words.getInt();
    Optional<RpcStatus> status = RpcStatus.ofWireValue(words.getInt());
    return type.flatMap(
        t -> status.map(s -> new RpcHeader(program, version, procedure, t, serial, s)));
  }

  void write(XdrWriter out) {
    out.int32(program);
    out.int32(version);
    out.int32(procedure);
    out.int32(type.wireValue());
    out.int32(serial);
    out.int32(status.wireValue());
  }

  boolean isCall(int remoteProcedure) {
    return type == RpcType.CALL && RemoteProgram.isProcedure(this, remoteProcedure);
  }

  boolean isReply(int remoteProcedure) {
    return type == RpcType.REPLY && RemoteProgram.isProcedure(this, remoteProcedure);
  }

  /** For messages to people: never parsed. */
  String describe() {
    return "program 0x%08x version %d procedure %d %s serial %d %s"
        .formatted(program, version, procedure, type, Integer.toUnsignedLong(serial), status);
  }
}
