package io.novacron.dwcp.nbd;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Builds what NBD client and server send (NBD project, doc/proto.md). */
final class NbdBytes {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int DISC = 2;
  static final int FLUSH = 3;
  static final int TRIM = 4;
  static final int CACHE = 5;
  static final int WRITE_ZEROES = 6;
  static final int BLOCK_STATUS = 7;
  static final int FUA = 1;
  static final int FAST_ZERO = 1 << 4;

  /** What QEMU 10.0 says of a writable export, as captured: also CAN_MULTI_CONN. */
  static final int QEMU_FLAGS = 0x1ded;

  static final int OPTION_STARTTLS = 5;
  static final int OPTION_EXPORT_NAME = 1;
  private static final int OPTION_GO = 7;
  private static final long OPTION_MAGIC = 0x49484156454f5054L;

  private NbdBytes() {}

  static byte[] greeting() {
    return bytes(
        ByteBuffer.allocate(18)
            .putLong(0x4e42444d41474943L)
            .putLong(OPTION_MAGIC)
            .putShort((short) 3));
  }

  static byte[] clientFlags() {
    return bytes(ByteBuffer.allocate(4).putInt(3));
  }

  static byte[] option(int number, byte[] data) {
    ByteBuffer out = ByteBuffer.allocate(16 + data.length);
    return bytes(out.putLong(OPTION_MAGIC).putInt(number).putInt(data.length).put(data));
  }

  static byte[] optionReply(int option, int type, byte[] data) {
    ByteBuffer out = ByteBuffer.allocate(20 + data.length).putLong(0x0003e889045565a9L);
    return bytes(out.putInt(option).putInt(type).putInt(data.length).put(data));
  }

  static byte[] exportInfo(int flags) {
    return bytes(
        ByteBuffer.allocate(12).putShort((short) 0).putLong(1L << 30).putShort((short) flags));
  }

  /** As QEMU does it: extended headers, a context, and GO. */
  static byte[] clientNegotiation() {
    byte[] name = "\0\0\0\4disk\0\1\0\3".getBytes(StandardCharsets.ISO_8859_1);
    return join(
        clientFlags(), option(11, new byte[0]), option(10, new byte[45]), option(OPTION_GO, name));
  }

  static byte[] serverNegotiation(int exportFlags) {
    return join(
        greeting(),
        optionReply(11, 1, new byte[0]),
        optionReply(10, 4, new byte[19]),
        optionReply(10, 1, new byte[0]),
        optionReply(OPTION_GO, 3, new byte[] {0, 3, 0, 0, 0, 1, 0, 0, 16, 0, 2, 0, 0, 0}),
        optionReply(OPTION_GO, 3, exportInfo(exportFlags)),
        optionReply(OPTION_GO, 1, new byte[0]));
  }

  static byte[] request(int command, int flags, long cookie, long offset, int length) {
    ByteBuffer out = ByteBuffer.allocate(28).putInt(0x25609513).putShort((short) flags);
    out.putShort((short) command).putLong(cookie).putLong(offset).putInt(length);
    return withPayload(out, command, length);
  }

  static byte[] extended(int command, int flags, long cookie, long offset, int length) {
    ByteBuffer out = ByteBuffer.allocate(32).putInt(0x21e41c71).putShort((short) flags);
    out.putShort((short) command).putLong(cookie).putLong(offset).putLong(length);
    return withPayload(out, command, length);
  }

  private static byte[] withPayload(ByteBuffer header, int command, int length) {
    byte[] payload = new byte[command == WRITE ? length : 0];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (i * 31 + 7);
    }
    return join(bytes(header), payload);
  }

  static byte[] simpleReply(int error, long cookie, byte... data) {
    return join(
        bytes(ByteBuffer.allocate(16).putInt(0x67446698).putInt(error).putLong(cookie)), data);
  }

  static byte[] chunk(int flags, int type, long cookie, byte... data) {
    ByteBuffer out = ByteBuffer.allocate(20).putInt(0x668e33ef).putShort((short) flags);
    return join(bytes(out.putShort((short) type).putLong(cookie).putInt(data.length)), data);
  }

  static byte[] extendedChunk(int flags, int type, long cookie, long offset, byte... data) {
    ByteBuffer out = ByteBuffer.allocate(32).putInt(0x6e8a278c).putShort((short) flags);
    out.putShort((short) type).putLong(cookie).putLong(offset).putLong(data.length);
    return join(bytes(out), data);
  }

  /** The payload of an error chunk: its number, and a text. */
  static byte[] error(int number) {
    return bytes(
        ByteBuffer.allocate(9).putInt(number).putShort((short) 3).put(new byte[] {'b', 'a', 'd'}));
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(ByteBuffer full) {
    byte[] copy = new byte[full.capacity()];
    full.get(0, copy);
    return copy;
  }
}
