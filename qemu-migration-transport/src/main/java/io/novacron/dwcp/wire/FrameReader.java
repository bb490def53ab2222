package io.novacron.dwcp.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the payloads of all frames but DATA; the length is within the type's limit already. */
final class FrameReader {
  private FrameReader() {}

  static Frame read(FrameType type, int channelId, long sequence, ByteBuffer in)
      throws WireException {
    try {
      Frame frame = fields(type, channelId, sequence, in);
      if (in.hasRemaining()) {
        throw new WireException(type + " has " + in.remaining() + " B after its last field");
      }
      return frame;
    } catch (BufferUnderflowException e) {
      throw new WireException(type + " of " + in.limit() + " B ends inside a field");
    }
  }

  private static Frame fields(FrameType type, int channelId, long sequence, ByteBuffer in)
      throws WireException {
    return switch (type) {
      case HELLO -> hello(in);
      case HELLO_REPLY -> helloReply(in);
      case REFUSE -> new Frame.Refuse(RefuseCode.ofCode(in.getShort()), text(in));
      case OPEN -> open(channelId, in);
      case OPENED -> new Frame.Opened(channelId);
      case END -> new Frame.End(channelId, sequence, in.getLong(), Digest.read(in));
      case RESET -> new Frame.Reset(channelId, ResetCode.ofCode(in.getShort()), text(in));
      case RESET_ACK -> new Frame.ResetAck(channelId);
      case ACK -> new Frame.Ack(channelId, sequence, in.getLong());
      case PING -> new Frame.Ping(in.getLong());
      case PONG -> new Frame.Pong(in.getLong());
      case GOODBYE -> new Frame.Goodbye(text(in));
      case DATA -> throw new WireException("DATA without payload on channel " + channelId);
    };
  }

  private static Frame hello(ByteBuffer in) throws WireException {
    magic(in);
    ProtocolVersions versions =
        new ProtocolVersions(in.getShort() & 0xffff, in.getShort() & 0xffff);
    if (versions.oldest() < 1 || versions.newest() < versions.oldest()) {
      throw new WireException(
          "HELLO offers versions " + versions.oldest() + ".." + versions.newest());
    }
    SessionId session = new SessionId(in.getLong(), in.getLong());
    int flags = in.getInt();
    if ((flags & ~1) != 0) {
      throw new WireException("HELLO flags " + Integer.toHexString(flags) + "; expected 0 or 1");
    }
    return new Frame.Hello(versions, session, flags == 1, in.getLong(), text(in));
  }

  private static Frame helloReply(ByteBuffer in) throws WireException {
    magic(in);
    int version = in.getShort() & 0xffff;
    in.getShort();
    return new Frame.HelloReply(
        version, new SessionId(in.getLong(), in.getLong()), in.getLong(), in.getLong(), text(in));
  }

  private static Frame open(int channelId, ByteBuffer in) throws WireException {
    ChannelKind kind = ChannelKind.ofCode(in.getShort());
    int port = in.getShort() & 0xffff;
    int historyPages = in.getInt();
    if (historyPages < 0) {
      throw new WireException("OPEN of channel " + channelId + " asks for a negative history");
    }
    return new Frame.Open(channelId, kind, in.getLong(), port, historyPages);
  }

  private static void magic(ByteBuffer in) throws WireException {
    int magic = in.getInt();
    if (magic != Limits.MAGIC) {
      throw new WireException(String.format("magic %08x, expected %08x", magic, Limits.MAGIC));
    }
  }

  private static String text(ByteBuffer in) throws WireException {
    int length = in.getShort() & 0xffff;
    if (length > in.remaining()) {
      throw new WireException("text of " + length + " B in " + in.remaining() + " B");
    }
    byte[] utf8 = new byte[length];
    in.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
