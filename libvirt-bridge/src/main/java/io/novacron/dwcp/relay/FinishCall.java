package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The call that ends a migration on the destination (DOMAIN_MIGRATE_FINISH3_PARAMS): start the
 * guest there, or, cancelled, drop it. Its reply is an error whenever no guest runs there, so a
 * cancelled one is always answered by an error.
 *
 * @param cancelled the wire's int: 0 means that the source handed the guest over
 */
public record FinishCall(
    RpcHeader header,
    TypedParameters parameters,
    MigrationCookie cookie,
    MigrationFlags flags,
    int cancelled) {
  public static FinishCall parse(RpcMessage message) throws RpcException {
    XdrReader in = message.payload();
    TypedParameters parameters = TypedParameters.read(in);
    MigrationCookie cookie = MigrationCookie.read(in);
    MigrationFlags flags = new MigrationFlags(in.int32());
    int cancelled = in.int32();
    in.end();
    return new FinishCall(message.header(), parameters, cookie, flags, cancelled);
  }

  public boolean isCancelled() {
    return cancelled != 0;
  }

  public Optional<String> destinationName() {
    return parameters.text(MigrationParameters.DESTINATION_NAME).or(cookie::domainName);
  }

  /** The same call for a guest that must not run at the destination. */
  FinishCall cancelledCall() {
    return new FinishCall(header, parameters, cookie, flags, 1);
  }

  ByteBuffer encoded() {
    XdrWriter out = new XdrWriter();
    parameters.write(out);
    cookie.write(out);
    out.int32(flags.bits());
    out.int32(cancelled);
    return out.message(header);
  }
}
