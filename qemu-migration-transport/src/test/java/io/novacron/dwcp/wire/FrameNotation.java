package io.novacron.dwcp.wire;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Frames as one line of text, in the words of PROTOCOL.md. */
final class FrameNotation {
  private FrameNotation() {}

  static String of(Frame frame) {
    return switch (frame) {
      case Frame.Hello(
              ProtocolVersions versions,
              SessionId session,
              boolean resume,
              long instance,
              String host) ->
          "HELLO oldest=%d newest=%d session=%s flags=%d instance=%016x host=%s"
              .formatted(
                  versions.oldest(), versions.newest(), session, resume ? 1 : 0, instance, host);
      case Frame.HelloReply(
              int version,
              SessionId session,
              long instance,
              long budget,
              String host) ->
          "HELLO_REPLY version=%d session=%s instance=%016x historyBudget=%d host=%s"
              .formatted(version, session, instance, budget, host);
      case Frame.Refuse(RefuseCode code, String reason) ->
          "REFUSE code=%s reason=%s".formatted(code, reason);
      case Frame.Open(
              int channel,
              ChannelKind kind,
              long migration,
              int port,
              int pages,
              Digest baseline,
              List<Digest> images) ->
          "OPEN channel=%d kind=%s port=%d historyPages=%d migration=%016x"
                  .formatted(channel, kind, port, pages, migration)
              + (baseline == null ? "" : " baseline=" + hex(baseline))
              + images.stream().map(image -> " image=" + hex(image)).collect(Collectors.joining());
      case Frame.Opened(int channel, List<PageRange> missing, int images) ->
          "OPENED channel=%d".formatted(channel)
              + (missing == null ? "" : missing(missing))
              + (images == 0 ? "" : " images=%x".formatted(images));
      case Frame.Data(int channel, long sequence, PayloadBuffer payload) ->
          "DATA channel=%d sequence=%d batch=%s".formatted(channel, sequence, hex(payload.bytes()));
      case Frame.End(int channel, long sequence, long rawBytes, Digest chain) ->
          "END channel=%d sequence=%d rawBytes=%d chainDigest=%s"
              .formatted(channel, sequence, rawBytes, hex(chain));
      case Frame.Reset(int channel, ResetCode code, String reason) ->
          "RESET channel=%d code=%s reason=%s".formatted(channel, code, reason);
      case Frame.ResetAck(int channel) -> "RESET_ACK channel=%d".formatted(channel);
      case Frame.Ack(int channel, long sequence, long credit) ->
          "ACK channel=%d sequence=%d credit=%d".formatted(channel, sequence, credit);
      case Frame.Ping(long token) -> "PING token=%016x".formatted(token);
      case Frame.Pong(long token) -> "PONG token=%016x".formatted(token);
      case Frame.Goodbye(String reason) -> "GOODBYE reason=" + reason;
    };
  }

  private static String missing(List<PageRange> ranges) {
    return " missing="
        + ranges.stream()
            .map(range -> range.first() + "+" + range.pages())
            .collect(Collectors.joining(","));
  }

  private static String hex(Digest digest) {
    ByteBuffer bytes = ByteBuffer.allocate(Digest.BYTES);
    digest.write(bytes);
    return hex(bytes.flip());
  }

  /** Position to limit, which stay. */
  static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    return HexFormat.of().formatHex(copy);
  }
}
