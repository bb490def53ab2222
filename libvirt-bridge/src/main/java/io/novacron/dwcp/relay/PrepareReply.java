package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The destination's answer to {@link PrepareCall}: its QEMU listens.
 *
 * @param uriOut as written; absent when the call named a port itself
 * @param memoryPort where the destination QEMU listens for memory, on the destination
 * @param nbdPort where it listens for disks, on the destination, if disks are copied
 */
public record PrepareReply(
    RpcHeader header,
    MigrationCookie cookie,
    Optional<String> uriOut,
    int memoryPort,
    OptionalInt nbdPort) {
  /**
   * Reads the reply to {@code call}, whose URI gives the port when the reply does not
   * (qemuMigrationDstPrepareDirect answers with a URI only if it chose the port).
   */
  public static PrepareReply parse(RpcMessage message, PrepareCall call) throws RpcException {
    XdrReader in = message.payload();
    MigrationCookie cookie = MigrationCookie.read(in);
    Optional<String> uriOut = in.optionalString();
    in.end();
    int memoryPort = memoryPort(uriOut, call.migrateUri());
    return new PrepareReply(message.header(), cookie, uriOut, memoryPort, cookie.nbdPort());
  }

  /** The reply as it came. */
  ByteBuffer encoded() {
    return encode(cookie, uriOut);
  }

  /**
   * The reply for the source: both ports are listeners on the source's own loopback, which accept
   * before this is passed on, for nothing there tries twice.
   *
   * @param nbdPort present exactly when {@link #nbdPort()} is
   */
  public ByteBuffer rewritten(int memoryPort, OptionalInt nbdPort) throws RpcException {
    if (nbdPort.isPresent() != this.nbdPort.isPresent()) {
      throw new IllegalArgumentException(
          "NBD port given: %s, in the reply: %s".formatted(nbdPort, this.nbdPort));
    }
    MigrationCookie changed = nbdPort.isPresent() ? cookie.withNbdPort(nbdPort.getAsInt()) : cookie;
    String uri = "tcp:%s:%d".formatted(PrepareCall.CARRIED_LISTEN_ADDRESS, memoryPort);
    return encode(changed, Optional.of(uri));
  }

  private ByteBuffer encode(MigrationCookie newCookie, Optional<String> newUri) {
    XdrWriter out = new XdrWriter();
    newCookie.write(out);
    out.optionalString(newUri);
    return out.message(header);
  }

  private static int memoryPort(Optional<String> uriOut, Optional<String> uriIn)
      throws RpcException {
    String text =
        uriOut
            .or(() -> uriIn)
            .orElseThrow(() -> new RpcException("neither call nor reply has a migration URI"));
    MigrationUri uri = MigrationUri.parse(text);
    if (!uri.scheme().equals(MigrationUri.TCP) || uri.port().isEmpty()) {
      throw new RpcException("migration URI '%s', expected tcp with a port".formatted(text));
    }
    return uri.port().getAsInt();
  }
}
