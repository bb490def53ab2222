package io.novacron.dwcp.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes the XDR types (RFC 4506) that libvirt's migration procedures use. */
final class XdrWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** XDR fills each item up to a multiple of four bytes. */
  static int paddingBytes(int bytes) {
    return -bytes & 3;
  }

  void int32(int value) {
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  void int64(long value) {
    out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  void opaque(ByteBuffer bytes) {
    int32(bytes.remaining());
    fixedOpaque(bytes);
  }

  void fixedOpaque(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining() + paddingBytes(bytes.remaining())];
    bytes.duplicate().get(copy, 0, bytes.remaining());
    out.writeBytes(copy);
  }

  void string(String text) {
    opaque(StandardCharsets.UTF_8.encode(text));
  }

  void optionalString(Optional<String> text) {
    int32(text.isPresent() ? 1 : 0);
    text.ifPresent(this::string);
  }

  /** The whole message: length word, header, and what was written so far as payload. */
  ByteBuffer message(RpcHeader header) {
    XdrWriter head = new XdrWriter();
    head.int32(RpcLimits.MIN_MESSAGE_BYTES + out.size());
    header.write(head);
    ByteBuffer message = ByteBuffer.allocate(RpcLimits.MIN_MESSAGE_BYTES + out.size());
    message.put(head.out.toByteArray()).put(out.toByteArray());
    return message.flip().asReadOnlyBuffer();
  }
}
