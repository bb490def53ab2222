package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the XDR types (RFC 4506) that libvirt's migration procedures use. Strict: padding is zero,
 * a pointer's flag is 0 or 1, strings are UTF-8. What it accepts, {@link XdrWriter} writes back
 * with the same bytes.
 */
final class XdrReader {
  private final ByteBuffer in;

  /** Takes the buffer over; it is not copied. */
  XdrReader(ByteBuffer in) {
    this.in = in.slice();
  }

  int int32() throws RpcException {
    need(Integer.BYTES);
    return in.getInt();
  }

  long int64() throws RpcException {
    need(Long.BYTES);
    return in.getLong();
  }

  /** {@code opaque<maxBytes>}: a view, not a copy. */
  ByteBuffer opaque(int maxBytes) throws RpcException {
    long length = Integer.toUnsignedLong(int32());
    if (length > maxBytes) {
      throw at("length %d exceeds the limit of %d bytes".formatted(length, maxBytes));
    }
    return fixedOpaque((int) length);
  }

  /** {@code opaque[bytes]}: a view, not a copy. */
  ByteBuffer fixedOpaque(int bytes) throws RpcException {
    int padding = XdrWriter.paddingBytes(bytes);
    need(bytes + padding);
    ByteBuffer taken = in.slice(in.position(), bytes).asReadOnlyBuffer();
    in.position(in.position() + bytes);
    for (int i = 0; i < padding; i++) {
      if (in.get() != 0) {
        throw at("padding is not zero");
      }
    }
    return taken;
  }

  String string() throws RpcException {
    ByteBuffer bytes = opaque(RpcLimits.MAX_STRING_BYTES);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw at("string is not UTF-8");
    }
  }

  /** {@code remote_string}: a string that may be NULL. */
  Optional<String> optionalString() throws RpcException {
    return flag() ? Optional.of(string()) : Optional.empty();
  }

  boolean flag() throws RpcException {
    int value = int32();
    if (value != 0 && value != 1) {
      throw at("flag is %d, expected 0 or 1".formatted(value));
    }
    return value == 1;
  }

  int count(int max) throws RpcException {
    long count = Integer.toUnsignedLong(int32());
    if (count > max) {
      throw at("array of %d elements exceeds the limit of %d".formatted(count, max));
    }
    return (int) count;
  }

  void end() throws RpcException {
    if (in.hasRemaining()) {
      throw at("%d bytes behind the last field".formatted(in.remaining()));
    }
  }

  private void need(int bytes) throws RpcException {
    if (in.remaining() < bytes) {
      throw at("%d bytes expected, %d left".formatted(bytes, in.remaining()));
    }
  }

  private RpcException at(String problem) {
    return new RpcException("payload byte %d: %s".formatted(in.position(), problem));
  }
}
