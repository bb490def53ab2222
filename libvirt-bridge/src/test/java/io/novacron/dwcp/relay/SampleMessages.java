package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Hand-built messages, as libvirt would write them. */
final class SampleMessages {
  static final String UUID_TEXT = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
  static final String SOURCE_COOKIE =
      """
      <qemu-migration>
        <name>guest</name>
        <uuid>%s</uuid>
        <hostname>host-a</hostname>
        <hostuuid>11111111-1111-1111-1111-111111111111</hostuuid>
      </qemu-migration>
      \0\
      """
          .formatted(UUID_TEXT);

  private SampleMessages() {}

  static ByteBuffer latin1(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static RpcHeader header(int procedure, RpcType type, int serial, RpcStatus status) {
    return new RpcHeader(
        RemoteProgram.PROGRAM, RemoteProgram.VERSION, procedure, type, serial, status);
  }

  static RpcMessage message(RpcHeader header, XdrWriter payload) {
    return new RpcMessage(header, payload.message(header));
  }

  static RpcMessage whole(ByteBuffer bytes) {
    RpcHeader header = RpcHeader.read(bytes.duplicate().position(4)).orElseThrow();
    return new RpcMessage(header, bytes);
  }

  static RpcMessage prepare(int serial, int flags, TypedParameter... parameters) {
    return prepare(serial, flags, SOURCE_COOKIE, parameters);
  }

  static RpcMessage prepare(int serial, int flags, String cookie, TypedParameter... parameters) {
    return prepare(RemoteProgram.DOMAIN_MIGRATE_PREPARE3_PARAMS, serial, flags, cookie, parameters);
  }

  static RpcMessage prepare(
      int procedure, int serial, int flags, String cookie, TypedParameter... parameters) {
    XdrWriter payload = new XdrWriter();
    new TypedParameters(List.of(parameters)).write(payload);
    payload.opaque(latin1(cookie));
    payload.int32(flags);
    return message(header(procedure, RpcType.CALL, serial, RpcStatus.OK), payload);
  }

  static RpcMessage prepareReply(int serial, String cookie, Optional<String> uriOut) {
    XdrWriter payload = new XdrWriter();
    payload.opaque(latin1(cookie));
    payload.optionalString(uriOut);
    return message(
        header(RemoteProgram.DOMAIN_MIGRATE_PREPARE3_PARAMS, RpcType.REPLY, serial, RpcStatus.OK),
        payload);
  }

  static RpcMessage finish(int serial, boolean cancelled, TypedParameter... parameters) {
    XdrWriter payload = new XdrWriter();
    new TypedParameters(List.of(parameters)).write(payload);
    payload.opaque(latin1(""));
    payload.int32(1);
    payload.int32(cancelled ? 1 : 0);
    return message(
        header(RemoteProgram.DOMAIN_MIGRATE_FINISH3_PARAMS, RpcType.CALL, serial, RpcStatus.OK),
        payload);
  }

  static RpcMessage finishReply(int serial) {
    XdrWriter payload = new XdrWriter();
    payload.string("guest");
    payload.fixedOpaque(ByteBuffer.allocate(16));
    payload.int32(7);
    payload.opaque(latin1(""));
    return message(
        header(RemoteProgram.DOMAIN_MIGRATE_FINISH3_PARAMS, RpcType.REPLY, serial, RpcStatus.OK),
        payload);
  }

  static RpcMessage error(int procedure, int serial, String text) {
    XdrWriter payload = new XdrWriter();
    payload.int32(9);
    payload.int32(10);
    payload.optionalString(Optional.of(text));
    for (int field = 0; field < 8; field++) {
      payload.int32(0);
    }
    return message(header(procedure, RpcType.REPLY, serial, RpcStatus.ERROR), payload);
  }

  static TypedParameter text(String name, String value) {
    return TypedParameter.text(name, value);
  }

  /** A list of domains, say: a message that the relay does not read. */
  static ByteBuffer unread(int serial, int payloadBytes) {
    XdrWriter payload = new XdrWriter();
    byte[] bytes = new byte[payloadBytes];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    payload.fixedOpaque(ByteBuffer.wrap(bytes));
    return payload.message(header(273, RpcType.REPLY, serial, RpcStatus.OK));
  }
}
