package io.novacron.dwcp.wire;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One frame of each kind, named as its vector below vectors/wire is. */
final class ExampleFrames {
  static final SessionId SESSION = new SessionId(0x0011223344556677L, 0x8899aabbccddeeffL);
  static final long SOURCE_INSTANCE = 0x0102030405060708L;
  static final long DESTINATION_INSTANCE = 0xf0e0d0c0b0a09080L;
  static final long MIGRATION = 0x1122334455667788L;
  static final long TOKEN = 0x1020304050607080L;

  /**
   * Of a direction that carried "abc": SHA-256 of 32 zero bytes and the digest in {@link #BATCH}.
   */
  static final Digest CHAIN =
      Digest.of(
          HexFormat.of()
              .parseHex("1e02027bf84cd0b501196f76f5791eb5ab03a2b3ad0fb05ba56a560c135e81d0"));

  static final Digest IMAGE = new Digest(1, 2, 3, 4);

  /** "abc" as one literal, stored. */
  static final byte[] BATCH =
      HexFormat.of()
          .parseHex(
              "000000010000000300000004c54c61520c6e5fef27bc53f1"
                  + "bc51910b13dc9431b85a427c8f5ef57e049ae9e50c616263");

  private ExampleFrames() {}

  static Map<String, Frame> withoutData() {
    Map<String, Frame> frames = new LinkedHashMap<>();
    frames.put(
        "hello",
        new Frame.Hello(new ProtocolVersions(1, 1), SESSION, false, SOURCE_INSTANCE, "host-a"));
    frames.put(
        "hello-resume",
        new Frame.Hello(new ProtocolVersions(1, 3), SESSION, true, SOURCE_INSTANCE, "h\u00f6st"));
    frames.put(
        "hello-reply", new Frame.HelloReply(1, SESSION, DESTINATION_INSTANCE, 1 << 30, "host-b"));
    frames.put(
        "refuse", new Frame.Refuse(RefuseCode.VERSION, "protocol 2..3 offered, 1 spoken here"));
    frames.put("open-libvirt-rpc", new Frame.Open(1, ChannelKind.LIBVIRT_RPC, MIGRATION, 0, 0));
    frames.put("open-memory", new Frame.Open(2, ChannelKind.MEMORY, MIGRATION, 49152, 262144));
    frames.put("open-disk", new Frame.Open(3, ChannelKind.DISK, MIGRATION, 49153, 0));
    frames.put("opened", new Frame.Opened(2));
    frames.put(
        "open-memory-baseline",
        new Frame.Open(2, ChannelKind.MEMORY, MIGRATION, 49152, 196608, CHAIN));
    frames.put("opened-baseline", new Frame.Opened(2, List.of()));
    frames.put(
        "opened-baseline-damaged",
        new Frame.Opened(2, List.of(new PageRange(64, 64), new PageRange(4000, 1))));
    frames.put(
        "open-memory-image",
        new Frame.Open(2, ChannelKind.MEMORY, MIGRATION, 49152, 196608, null, List.of(CHAIN)));
    frames.put(
        "open-memory-baseline-images",
        new Frame.Open(
            2, ChannelKind.MEMORY, MIGRATION, 49152, 196608, CHAIN, List.of(CHAIN, IMAGE)));
    frames.put("opened-image", new Frame.Opened(2, null, 1));
    frames.put("opened-baseline-image", new Frame.Opened(2, List.of(new PageRange(4000, 1)), 2));
    frames.put("end", new Frame.End(2, 2, 3, CHAIN));
    frames.put(
        "reset",
        new Frame.Reset(
            3, ResetCode.CONNECT, "cannot connect to 127.0.0.1:49153: Connection refused"));
    frames.put("reset-ack", new Frame.ResetAck(3));
    frames.put("ack", new Frame.Ack(2, 3, (64L << 20) + BATCH.length));
    frames.put("ping", new Frame.Ping(TOKEN));
    frames.put("pong", new Frame.Pong(TOKEN));
    frames.put("goodbye", new Frame.Goodbye("the daemon is stopping"));
    return frames;
  }

  /** The bytes of all frames, DATA among them. */
  static Map<String, byte[]> encoded() {
    Map<String, byte[]> encoded = new LinkedHashMap<>();
    withoutData().forEach((name, frame) -> encoded.put(name, bytes(FrameEncoder.encode(frame))));
    encoded.put("data", data(2, 1, BATCH));
    return encoded;
  }

  static byte[] data(int channelId, long sequence, byte[] payload) {
    ByteBuffer header = FrameEncoder.dataHeader(channelId, sequence, ByteBuffer.wrap(payload));
    ByteBuffer whole = ByteBuffer.allocate(header.remaining() + payload.length);
    return whole.put(header).put(payload).array();
  }

  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
