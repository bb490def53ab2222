package io.novacron.dwcp.wire;

import io.novacron.dwcp.wire.Frame.Ack;
import io.novacron.dwcp.wire.Frame.Data;
import io.novacron.dwcp.wire.Frame.End;
import io.novacron.dwcp.wire.Frame.Goodbye;
import io.novacron.dwcp.wire.Frame.Hello;
import io.novacron.dwcp.wire.Frame.HelloReply;
import io.novacron.dwcp.wire.Frame.Open;
import io.novacron.dwcp.wire.Frame.Opened;
import io.novacron.dwcp.wire.Frame.Ping;
import io.novacron.dwcp.wire.Frame.Pong;
import io.novacron.dwcp.wire.Frame.Refuse;
import io.novacron.dwcp.wire.Frame.Reset;
import io.novacron.dwcp.wire.Frame.ResetAck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes frames as PROTOCOL.md section 4 lays them out. Stateless; big-endian throughout.
 *
 * <p>DATA is written as a header alone ({@link #dataHeader}); its payload follows from the buffer
 * where the codec left it, so that it is not copied again.
 */
public final class FrameEncoder {
  private FrameEncoder() {}

  /** The whole frame in a buffer of its own, ready to be read. Not for DATA. */
  public static ByteBuffer encode(Frame frame) {
    ByteBuffer out = ByteBuffer.allocate(Limits.HEADER_BYTES + Limits.MAX_HANDSHAKE_BYTES);
    out.position(Limits.HEADER_BYTES);
    return switch (frame) {
      case Hello hello -> finish(FrameType.HELLO, 0, 0, hello(hello, out));
      case HelloReply reply -> finish(FrameType.HELLO_REPLY, 0, 0, helloReply(reply, out));
      case Refuse(RefuseCode code, String reason) ->
          finish(FrameType.REFUSE, 0, 0, reason(out.putShort((short) code.code()), reason));
      case Open open -> finish(FrameType.OPEN, open.channelId(), 0, open(open, out));
      case Opened opened -> finish(FrameType.OPENED, opened.channelId(), 0, opened(opened, out));
      case End end -> finish(FrameType.END, end.channelId(), end.sequence(), end(end, out));
      case Reset(int channelId, ResetCode code, String reason) ->
          finish(FrameType.RESET, channelId, 0, reason(out.putShort((short) code.code()), reason));
      case ResetAck ack -> finish(FrameType.RESET_ACK, ack.channelId(), 0, out);
      case Ack(int channelId, long nextSequence, long creditBytes) ->
          finish(FrameType.ACK, channelId, nextSequence, out.putLong(creditBytes));
      case Ping ping -> finish(FrameType.PING, 0, 0, out.putLong(ping.token()));
      case Pong pong -> finish(FrameType.PONG, 0, 0, out.putLong(pong.token()));
      case Goodbye goodbye -> finish(FrameType.GOODBYE, 0, 0, reason(out, goodbye.reason()));
      case Data data ->
          throw new IllegalArgumentException(
              "DATA of channel " + data.channelId() + " goes as header and payload");
    };
  }

  /**
   * Header of a DATA frame whose payload is position to limit of {@code payload} (not consumed).
   */
  public static ByteBuffer dataHeader(int channelId, long sequence, ByteBuffer payload) {
    ByteBuffer out = ByteBuffer.allocate(Limits.HEADER_BYTES);
    writeHeader(out, FrameType.DATA, payload.remaining(), channelId, sequence);
    out.putInt(12, crc(out, payload.duplicate()));
    return out.position(Limits.HEADER_BYTES).flip();
  }

  private static ByteBuffer hello(Hello hello, ByteBuffer out) {
    out.putInt(Limits.MAGIC);
    out.putShort((short) hello.versions().oldest()).putShort((short) hello.versions().newest());
    out.putLong(hello.session().high()).putLong(hello.session().low());
    out.putInt(hello.resume() ? 1 : 0).putLong(hello.instance());
    return text(out, hello.hostName(), Limits.MAX_NAME_BYTES);
  }

  private static ByteBuffer helloReply(HelloReply reply, ByteBuffer out) {
    out.putInt(Limits.MAGIC).putShort((short) reply.version()).putShort((short) 0);
    out.putLong(reply.session().high()).putLong(reply.session().low());
    out.putLong(reply.instance()).putLong(reply.historyBudgetBytes());
    return text(out, reply.hostName(), Limits.MAX_NAME_BYTES);
  }

  private static ByteBuffer open(Open open, ByteBuffer out) {
    out.putShort((short) open.kind().code()).putShort((short) open.port());
    out.putInt(open.historyPages()).putLong(open.migrationId());
    Digest baseline = open.baseline();
    if (baseline != null) {
      baseline.write(out);
    } else if (!open.images().isEmpty()) {
      Digest.NONE.write(out);
    }
    open.images().forEach(image -> image.write(out));
    return out;
  }

  private static ByteBuffer opened(Opened opened, ByteBuffer out) {
    List<PageRange> missing = opened.missing();
    if (missing != null) {
      out.putShort((short) missing.size());
      missing.forEach(range -> out.putInt(range.first()).putInt(range.pages()));
    } else if (opened.images() != 0) {
      out.putShort((short) Limits.NO_BASELINE);
    }
    if (opened.images() != 0) {
      out.putShort((short) opened.images());
    }
    return out;
  }

  private static ByteBuffer end(End end, ByteBuffer out) {
    out.putLong(end.rawBytes());
    end.chainDigest().write(out);
    return out;
  }

  private static ByteBuffer reason(ByteBuffer out, String reason) {
    return text(out, reason, Limits.MAX_REASON_BYTES);
  }

  /**
   * u16 length and UTF-8, cut to the limit between two characters: it is for people, who can do
   * without its tail.
   */
  private static ByteBuffer text(ByteBuffer out, String text, int maxBytes) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(utf8.length, maxBytes);
    while (length < utf8.length && (utf8[length] & 0xc0) == 0x80) {
      length--;
    }
    return out.putShort((short) length).put(utf8, 0, length);
  }

  private static ByteBuffer finish(FrameType type, int channelId, long sequence, ByteBuffer out) {
    out.flip();
    writeHeader(out, type, out.limit() - Limits.HEADER_BYTES, channelId, sequence);
    return out.putInt(12, crc(out, out.duplicate().position(Limits.HEADER_BYTES)));
  }

  private static void writeHeader(
      ByteBuffer out, FrameType type, int payloadBytes, int channelId, long sequence) {
    out.put(0, (byte) type.code()).put(1, (byte) 0).putShort(2, (short) 0);
    out.putInt(4, payloadBytes).putInt(8, channelId).putInt(12, 0).putLong(16, sequence);
  }

  /** CRC32C over the header with its CRC field zero, then the payload; consumes {@code payload}. */
  static int crc(ByteBuffer header, ByteBuffer payload) {
    CRC32C crc = new CRC32C();
    crc.update(header.duplicate().limit(Limits.HEADER_BYTES).position(0));
    crc.update(payload);
    return (int) crc.getValue();
  }
}
