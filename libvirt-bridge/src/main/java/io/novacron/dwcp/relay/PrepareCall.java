package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The call that makes the destination's libvirt start an incoming guest
 * (DOMAIN_MIGRATE_PREPARE3_PARAMS; the tunnelled one, 304, has the same arguments).
 */
public record PrepareCall(
    RpcHeader header, TypedParameters parameters, MigrationCookie cookie, MigrationFlags flags) {
  /** Where the destination QEMU listens in a carried migration: nothing leaves our session. */
  public static final String CARRIED_LISTEN_ADDRESS = "127.0.0.1";

  public static PrepareCall parse(RpcMessage message) throws RpcException {
    XdrReader in = message.payload();
    TypedParameters parameters = TypedParameters.read(in);
    MigrationCookie cookie = MigrationCookie.read(in);
    MigrationFlags flags = new MigrationFlags(in.int32());
    in.end();
    return new PrepareCall(message.header(), parameters, cookie, flags);
  }

  /** The guest's name on the source, if cookie or XML tell it. */
  public Optional<String> domainName() {
    return cookie.domainName().or(() -> fromXml("name"));
  }

  public Optional<UUID> uuid() {
    return cookie.domainUuid().or(() -> fromXml("uuid").flatMap(MigrationCookie::uuid));
  }

  /** The guest's name on the destination: what Finish will call it. */
  public Optional<String> destinationName() {
    return parameters.text(MigrationParameters.DESTINATION_NAME).or(this::domainName);
  }

  /** The source as its libvirt names itself. */
  public Optional<String> sourceHostname() {
    return cookie.hostname();
  }

  public Optional<UUID> sourceHostUuid() {
    return cookie.hostUuid();
  }

  public Optional<String> migrateUri() {
    return parameters.text(MigrationParameters.MIGRATE_URI);
  }

  public Optional<String> disksUri() {
    return parameters.text(MigrationParameters.DISKS_URI);
  }

  public Optional<String> listenAddress() {
    return parameters.text(MigrationParameters.LISTEN_ADDRESS);
  }

  public Optional<String> tlsDestination() {
    return parameters.text(MigrationParameters.TLS_DESTINATION);
  }

  public boolean tunnelled() {
    return header.procedure() == RemoteProgram.DOMAIN_MIGRATE_PREPARE_TUNNEL3_PARAMS
        || flags.tunnelled();
  }

  /** The message for a carried migration: QEMU listens on loopback, dwcp:// is gone. */
  public ByteBuffer rewritten() {
    TypedParameters changed =
        parameters.with(MigrationParameters.LISTEN_ADDRESS, CARRIED_LISTEN_ADDRESS);
    if (namesDwcp()) {
      changed = changed.without(MigrationParameters.MIGRATE_URI);
    }
    return encode(changed);
  }

  /**
   * The message for a plain migration whose URI libvirt would refuse: {@code dwcp://HOST} becomes
   * {@code tcp://HOST}, which keeps the network that the caller chose. Without {@link #namesDwcp}
   * the same bytes that came.
   */
  public ByteBuffer plain() throws RpcException {
    if (!namesDwcp()) {
      return encoded();
    }
    String host = MigrationUri.parse(migrateUri().orElseThrow()).host();
    return encode(
        host.isEmpty()
            ? parameters.without(MigrationParameters.MIGRATE_URI)
            : parameters.with(MigrationParameters.MIGRATE_URI, "tcp://" + host));
  }

  /** The files that the guest uses as qcow2; empty where the XML tells none, or cannot be read. */
  public List<String> qcow2Files() {
    try {
      Optional<String> xml = parameters.text(MigrationParameters.DESTINATION_XML);
      return xml.isEmpty() ? List.of() : GuestDisks.qcow2Files(xml.get());
    } catch (RpcException e) {
      // libvirt judges the domain XML; without its disks the migration goes without their images.
      return List.of();
    }
  }

  boolean namesDwcp() {
    return migrateUri()
        .filter(uri -> uri.regionMatches(true, 0, MigrationUri.DWCP + ":", 0, 5))
        .isPresent();
  }

  /** The message as it came. */
  ByteBuffer encoded() {
    return encode(parameters);
  }

  private ByteBuffer encode(TypedParameters list) {
    XdrWriter out = new XdrWriter();
    list.write(out);
    cookie.write(out);
    out.int32(flags.bits());
    return out.message(header);
  }

  private Optional<String> fromXml(String element) {
    try {
      Optional<String> xml = parameters.text(MigrationParameters.DESTINATION_XML);
      return xml.isEmpty() ? Optional.empty() : RootChildren.of(xml.get()).text(element);
    } catch (RpcException e) {
      // libvirt judges the domain XML; without a name the migration is a plain one.
      return Optional.empty();
    }
  }
}
