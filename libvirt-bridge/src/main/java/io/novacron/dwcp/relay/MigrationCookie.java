package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * The XML that the two libvirts exchange beside a migration (qemu_migration_cookie.c). Its bytes
 * stay as they came, the trailing NUL too; only the NBD port can be replaced.
 */
public final class MigrationCookie {
  private static final int MAX_PORT = 65_535;

  private final ByteBuffer bytes;
  private final Optional<RootChildren> children;

  private MigrationCookie(ByteBuffer bytes, Optional<RootChildren> children) {
    this.bytes = bytes;
    this.children = children;
  }

  /** An empty cookie is allowed; it says nothing. */
  static MigrationCookie of(ByteBuffer bytes) throws RpcException {
    Optional<RootChildren> children =
        bytes.hasRemaining() ? Optional.of(RootChildren.of(bytes)) : Optional.empty();
    MigrationCookie cookie = new MigrationCookie(bytes.asReadOnlyBuffer(), children);
    cookie.nbdPort();
    return cookie;
  }

  static MigrationCookie read(XdrReader in) throws RpcException {
    return of(in.opaque(RpcLimits.MAX_COOKIE_BYTES));
  }

  void write(XdrWriter out) {
    out.opaque(bytes);
  }

  /** The guest's name on the host that wrote the cookie. */
  public Optional<String> domainName() {
    return text("name");
  }

  public Optional<UUID> domainUuid() {
    return text("uuid").flatMap(MigrationCookie::uuid);
  }

  /** The host that wrote the cookie, as its libvirt names itself. */
  public Optional<String> hostname() {
    return text("hostname");
  }

  /** The UUID of the libvirt host that wrote the cookie. */
  public Optional<UUID> hostUuid() {
    return text("hostuuid").flatMap(MigrationCookie::uuid);
  }

  /** Where the destination QEMU's NBD server listens; a source's cookie has no port. */
  public OptionalInt nbdPort() throws RpcException {
    Optional<XmlAttribute> port = nbdPortAttribute();
    return port.isEmpty() ? OptionalInt.empty() : OptionalInt.of(port(port.get().value()));
  }

  MigrationCookie withNbdPort(int port) throws RpcException {
    XmlAttribute old =
        nbdPortAttribute().orElseThrow(() -> new RpcException("the cookie has no NBD port"));
    byte[] digits = Integer.toString(port).getBytes(StandardCharsets.US_ASCII);
    int tail = bytes.remaining() - old.valueEnd();
    ByteBuffer changed = ByteBuffer.allocate(old.valueStart() + digits.length + tail);
    changed
        .put(bytes.slice(0, old.valueStart()))
        .put(digits)
        .put(bytes.slice(old.valueEnd(), tail));
    return of(changed.flip());
  }

  private Optional<XmlAttribute> nbdPortAttribute() {
    return children.flatMap(all -> all.first("nbd").flatMap(nbd -> all.attribute(nbd, "port")));
  }

  private Optional<String> text(String name) {
    return children.flatMap(all -> all.text(name));
  }

  private static int port(String digits) throws RpcException {
    if (digits.matches("\\d{1,5}")) {
      int port = Integer.parseInt(digits);
      if (port > 0 && port <= MAX_PORT) {
        return port;
      }
    }
    throw new RpcException("NBD port '%s' is not 1 to %d".formatted(digits, MAX_PORT));
  }

  static Optional<UUID> uuid(String text) {
    // Stricter than UUID.fromString, which takes fields of any length.
    return text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
        ? Optional.of(UUID.fromString(text))
        : Optional.empty();
  }
}
