package io.novacron.dwcp.nbd;

import java.nio.ByteBuffer;

/**
 * The header of one request, as QEMU sent it (NBD project, doc/proto.md, "Request message" and
 * "Extended request message").
 *
 * @param isExtended whether extended headers were negotiated: lengths have 64 bits
 * @param cookie QEMU's own; it uses one again as soon as it has the answer
 */
record NbdRequest(
    boolean isExtended, int flags, int command, long cookie, long offset, long lengthBytes) {
  static final int MAGIC = 0x25609513;
  static final int EXTENDED_MAGIC = 0x21e41c71;
  static final int MAGIC_BYTES = Integer.BYTES;

  /** Twice the 32 MiB that QEMU, nbdkit and nbd-server accept. */
  static final long MAX_PAYLOAD_BYTES = 64 << 20;

  private static final int REST_BYTES = 24;
  private static final int EXTENDED_REST_BYTES = 28;

  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int DISCONNECT = 2;
  private static final int FLUSH = 3;
  private static final int TRIM = 4;
  private static final int WRITE_ZEROES = 6;
  private static final int BLOCK_STATUS = 7;

  private static final int FLAG_NO_HOLE = 1 << 1;
  private static final int FLAG_PAYLOAD_LENGTH = 1 << 5;

  static boolean isMagic(int word) {
    return word == MAGIC || word == EXTENDED_MAGIC;
  }

  /** Bytes of the header after its magic. */
  static int restBytes(boolean isExtended) {
    return isExtended ? EXTENDED_REST_BYTES : REST_BYTES;
  }

  /** Reads what follows the magic. */
  static NbdRequest read(boolean isExtended, ByteBuffer rest) throws NbdException {
    NbdRequest request =
        new NbdRequest(
            isExtended,
            rest.getShort(0) & 0xffff,
            rest.getShort(2) & 0xffff,
            rest.getLong(4),
            rest.getLong(12),
            isExtended ? rest.getLong(20) : Integer.toUnsignedLong(rest.getInt(20)));
    if (request.offset < 0 || request.lengthBytes < 0) {
      throw new NbdException(
          "request for offset %d, length %d; both are below 2^63"
              .formatted(request.offset, request.lengthBytes));
    }
    if (request.payloadBytes() > MAX_PAYLOAD_BYTES) {
      throw new NbdException(
          "request with a payload of %d bytes; at most %d"
              .formatted(request.payloadBytes(), MAX_PAYLOAD_BYTES));
    }
    return request;
  }

  /** The same header under another cookie, from position to limit. */
  ByteBuffer withCookie(long newCookie) {
    ByteBuffer out = ByteBuffer.allocate(MAGIC_BYTES + restBytes(isExtended));
    out.putInt(isExtended ? EXTENDED_MAGIC : MAGIC);
    out.putShort((short) flags).putShort((short) command).putLong(newCookie).putLong(offset);
    if (isExtended) {
      out.putLong(lengthBytes);
    } else {
      out.putInt((int) lengthBytes);
    }
    return out.flip();
  }

  /** The answer that QEMU's own server gives to a request that is done and returns nothing. */
  ByteBuffer doneReply() {
    if (!isExtended) {
      return ByteBuffer.allocate(16).putInt(0x67446698).putInt(0).putLong(cookie).flip();
    }
    ByteBuffer out = ByteBuffer.allocate(32).putInt(0x6e8a278c).putShort((short) 1);
    return out.putShort((short) 0).putLong(cookie).putLong(offset).putLong(0).flip();
  }

  /** QEMU 10 sends WRITE without the payload flag, also with extended headers. */
  long payloadBytes() {
    boolean hasPayload = command == WRITE || (isExtended && (flags & FLAG_PAYLOAD_LENGTH) != 0);
    return hasPayload ? lengthBytes : 0;
  }

  /** Bytes that follow a simple reply without an error. */
  long simpleReplyBytes() {
    return command == READ ? lengthBytes : 0;
  }

  boolean isDisconnect() {
    return command == DISCONNECT;
  }

  boolean isFlush() {
    return command == FLUSH;
  }

  boolean isTrim() {
    return command == TRIM;
  }

  /**
   * Whether it only changes the disk and says nothing that must not be changed: no FUA, and no
   * FAST_ZERO, whose error is an answer and no failure.
   */
  boolean mayBeAcknowledgedEarly() {
    return switch (command) {
      case WRITE -> (flags & ~(FLAG_NO_HOLE | FLAG_PAYLOAD_LENGTH)) == 0;
      case WRITE_ZEROES, TRIM -> (flags & ~FLAG_NO_HOLE) == 0;
      default -> false;
    };
  }

  /**
   * Whether all writes before it must be at the destination: everything but plain reads and writes,
   * so FLUSH, DISC, FUA and what this class does not know.
   */
  boolean isBarrier() {
    return switch (command) {
      case READ, BLOCK_STATUS -> false;
      case WRITE_ZEROES -> (flags & 1) != 0;
      default -> !mayBeAcknowledgedEarly();
    };
  }

  boolean overlaps(NbdRequest other) {
    return offset < other.end() && other.offset < end();
  }

  private long end() {
    return lengthBytes > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + lengthBytes;
  }

  /** For messages to operators. */
  String what() {
    String name =
        switch (command) {
          case WRITE -> "WRITE";
          case TRIM -> "TRIM";
          case WRITE_ZEROES -> "WRITE_ZEROES";
          default -> "command " + command;
        };
    return "%s of %d bytes at %d".formatted(name, lengthBytes, offset);
  }
}
