package io.novacron.dwcp.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads the fields of all frames; the length is within the type's limit already. What is refused
 * here is what no peer writes, see PROTOCOL.md section 2.
 */
final class FrameReader {
  /** Text goes to logs and terminals. */
  private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

  private FrameReader() {}

  /** Channel and sequence are there exactly where the type has them. */
  static void checkNumbers(FrameType type, int channelId, long sequence) throws WireException {
    boolean numbered =
        switch (type) {
          case DATA, END, ACK -> true;
          case HELLO, HELLO_REPLY, REFUSE, OPEN, OPENED, RESET, RESET_ACK -> false;
          case PING, PONG, GOODBYE -> false;
        };
    boolean ofChannel =
        switch (type) {
          case OPEN, OPENED, DATA, END, RESET, RESET_ACK, ACK -> true;
          case HELLO, HELLO_REPLY, REFUSE, PING, PONG, GOODBYE -> false;
        };
    if (ofChannel ? channelId < 1 : channelId != 0) {
      throw new WireException(
          type + " names channel " + channelId + "; expected " + (ofChannel ? "1 or more" : "0"));
    }
    if (numbered ? sequence < 1 : sequence != 0) {
      throw new WireException(
          type + " has sequence " + sequence + "; expected " + (numbered ? "1 or more" : "0"));
    }
  }

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
      case REFUSE -> new Frame.Refuse(RefuseCode.ofCode(in.getShort() & 0xffff), reason(in));
      case OPEN -> open(channelId, in);
      case OPENED -> opened(channelId, in);
      case END -> new Frame.End(channelId, sequence, count(in, type), Digest.read(in));
      case RESET ->
          new Frame.Reset(channelId, ResetCode.ofCode(in.getShort() & 0xffff), reason(in));
      case RESET_ACK -> new Frame.ResetAck(channelId);
      case ACK -> new Frame.Ack(channelId, sequence, count(in, type));
      case PING -> new Frame.Ping(in.getLong());
      case PONG -> new Frame.Pong(in.getLong());
      case GOODBYE -> new Frame.Goodbye(reason(in));
      case DATA -> throw new WireException("DATA of channel " + channelId + " is empty");
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
    return new Frame.Hello(versions, session, flags == 1, in.getLong(), name(in));
  }

  private static Frame helloReply(ByteBuffer in) throws WireException {
    magic(in);
    int version = in.getShort() & 0xffff;
    int reserved = in.getShort();
    if (version < 1 || reserved != 0) {
      throw new WireException(
          "HELLO_REPLY says version " + version + ", reserved " + reserved + "; expected 1.., 0");
    }
    SessionId session = new SessionId(in.getLong(), in.getLong());
    long instance = in.getLong();
    long historyBudgetBytes = count(in, FrameType.HELLO_REPLY);
    return new Frame.HelloReply(version, session, instance, historyBudgetBytes, name(in));
  }

  private static Frame open(int channelId, ByteBuffer in) throws WireException {
    ChannelKind kind = ChannelKind.ofCode(in.getShort() & 0xffff);
    int port = in.getShort() & 0xffff;
    int historyPages = in.getInt();
    if (historyPages < 0) {
      throw new WireException("OPEN of channel " + channelId + " asks for a negative history");
    }
    long migrationId = in.getLong();
    Digest baseline = in.hasRemaining() ? Digest.read(in) : null;
    List<Digest> images = new ArrayList<>();
    while (in.hasRemaining()) {
      images.add(Digest.read(in));
    }
    boolean isNone = Digest.NONE.equals(baseline);
    if (isNone && images.isEmpty()) {
      throw new WireException("OPEN of channel " + channelId + " names no baseline and no image");
    }
    return new Frame.Open(
        channelId, kind, migrationId, port, historyPages, isNone ? null : baseline, images);
  }

  private static Frame opened(int channelId, ByteBuffer in) throws WireException {
    if (!in.hasRemaining()) {
      return new Frame.Opened(channelId);
    }
    int count = in.getShort() & 0xffff;
    List<PageRange> missing = count == Limits.NO_BASELINE ? null : missing(count, in);
    if (missing != null && !in.hasRemaining()) {
      return new Frame.Opened(channelId, missing);
    }
    int images = in.getShort() & 0xffff;
    if (images == 0 || images >= 1 << Limits.MAX_IMAGES) {
      throw new WireException("OPENED takes images " + Integer.toHexString(images));
    }
    return new Frame.Opened(channelId, missing, images);
  }

  private static List<PageRange> missing(int count, ByteBuffer in) throws WireException {
    if (count > Limits.MAX_MISSING_RANGES) {
      throw new WireException(
          "OPENED lists " + count + " ranges; at most " + Limits.MAX_MISSING_RANGES);
    }
    List<PageRange> missing = new ArrayList<>();
    long end = 0;
    for (int i = 0; i < count; i++) {
      PageRange range = new PageRange(in.getInt(), in.getInt());
      if (range.first() < end || range.pages() < 1) {
        throw new WireException("OPENED lists " + range + " behind page " + end);
      }
      end = (long) range.first() + range.pages();
      missing.add(range);
    }
    return missing;
  }

  private static void magic(ByteBuffer in) throws WireException {
    int magic = in.getInt();
    if (magic != Limits.MAGIC) {
      throw new WireException(String.format("magic %08x, expected %08x", magic, Limits.MAGIC));
    }
  }

  /** A u64 that counts bytes: Java's long holds half of its range, and no count comes near. */
  private static long count(ByteBuffer in, FrameType type) throws WireException {
    long value = in.getLong();
    if (value < 0) {
      throw new WireException(type + " counts " + Long.toUnsignedString(value) + " B");
    }
    return value;
  }

  private static String name(ByteBuffer in) throws WireException {
    return text(in, Limits.MAX_NAME_BYTES);
  }

  private static String reason(ByteBuffer in) throws WireException {
    return text(in, Limits.MAX_REASON_BYTES);
  }

  private static String text(ByteBuffer in, int maxBytes) throws WireException {
    int length = in.getShort() & 0xffff;
    if (length > maxBytes || length > in.remaining()) {
      throw new WireException(
          "text of " + length + " B in " + in.remaining() + " B; at most " + maxBytes + " B");
    }
    byte[] utf8 = new byte[length];
    in.get(utf8);
    return CONTROL.matcher(new String(utf8, StandardCharsets.UTF_8)).replaceAll("?");
  }
}
