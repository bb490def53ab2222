package io.novacron.dwcp.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {
  private final CountingBuffers buffers = new CountingBuffers();
  private final Received received = new Received();
  private FrameDecoder decoder = new FrameDecoder(buffers);

  @AfterEach
  void leaksNothing() {
    decoder.close();
    assertEquals(0, buffers.held());
  }

  private void feed(byte[] bytes, int from, int to) throws WireException {
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    decoder.feed(in, received);
    assertEquals(0, in.remaining());
  }

  /** What the decoder says to bytes on a stream of their own, none of which become a frame. */
  private String refusal(byte[] bytes) {
    decoder.close();
    decoder = new FrameDecoder(buffers);
    WireException thrown =
        assertThrows(
            WireException.class,
            () -> feed(bytes, 0, bytes.length),
            () -> "accepted " + received.notations());
    assertEquals(List.of(), received.notations());
    return String.valueOf(thrown.getMessage());
  }

  private static void assertSays(String expected, String seen) {
    assertTrue(seen.contains(expected), () -> "expected \"" + expected + "\" in: " + seen);
  }

  private static byte[] allFrames() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ExampleFrames.encoded().values().forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static List<String> allNotations() throws WireException {
    List<String> notations = new ArrayList<>();
    for (byte[] frame : ExampleFrames.encoded().values()) {
      Received one = new Received();
      new FrameDecoder(new CountingBuffers()).feed(ByteBuffer.wrap(frame), one);
      notations.addAll(one.notations());
    }
    return notations;
  }

  @Test
  void readsEveryFrameSplitAtEveryByte() throws WireException {
    for (byte[] frame : ExampleFrames.encoded().values()) {
      Received whole = new Received();
      new FrameDecoder(new CountingBuffers()).feed(ByteBuffer.wrap(frame), whole);
      for (int at = 1; at < frame.length; at++) {
        received.notations().clear();
        feed(frame, 0, at);
        assertEquals(List.of(), received.notations());
        feed(frame, at, frame.length);
        assertEquals(whole.notations(), received.notations());
      }
    }
  }

  @Test
  void readsManyFramesFromOneRead() throws WireException {
    byte[] all = allFrames();
    feed(all, 0, all.length);
    assertEquals(allNotations(), received.notations());
  }

  @Test
  void readsManyFramesByteByByte() throws WireException {
    byte[] all = allFrames();
    for (int at = 0; at < all.length; at++) {
      feed(all, at, at + 1);
    }
    assertEquals(allNotations(), received.notations());
  }

  @Test
  void takesMemoryOfThePayloadsLengthForDataOfAnyLength() throws WireException {
    for (int length : new int[] {1, 2, 4096, Limits.MAX_DATA_BYTES}) {
      byte[] payload = new byte[length];
      Arrays.fill(payload, (byte) length);
      byte[] frame = ExampleFrames.data(7, 9, payload);
      List<Frame> frames = new ArrayList<>();
      decoder.feed(ByteBuffer.wrap(frame), frames::add);
      Frame.Data data = (Frame.Data) frames.getFirst();
      assertEquals(ByteBuffer.wrap(payload), data.payload().bytes());
      assertEquals(length, data.payload().bytes().capacity());
      data.payload().release();
    }
  }

  @Test
  void refusesLengthsAboveTheTypesLimitBeforeItTakesMemory() {
    for (FrameType type : FrameType.values()) {
      for (int length : new int[] {type.maxPayloadBytes() + 1, Integer.MAX_VALUE, -1, 1 << 31}) {
        byte[] header = new byte[Limits.HEADER_BYTES];
        ByteBuffer.wrap(header).put(0, (byte) type.code()).putInt(4, length);
        assertSays(
            type + " length " + Integer.toUnsignedString(length) + " B exceeds", refusal(header));
      }
    }
    assertEquals(0, buffers.takes());
  }

  @Test
  void refusesTypesThatNoVersionAssigns() {
    for (int code = 0; code < 256; code++) {
      if (FrameType.ofCode(code) == null) {
        byte[] header = new byte[Limits.HEADER_BYTES];
        header[0] = (byte) code;
        assertSays("frame type " + code, refusal(header));
      }
    }
  }

  @Test
  void refusesEveryReservedBitOfTheHeader() {
    for (int bit = 8; bit < 32; bit++) {
      byte[] frame = ExampleFrames.encoded().get("ping");
      frame[bit / 8] ^= (byte) (1 << (bit % 8));
      assertSays("PING has reserved bits set", refusal(BrokenFrames.sealed(frame)));
    }
  }

  @Test
  void deliversNoFrameWithAnyBitFlipped() {
    for (Map.Entry<String, byte[]> example : ExampleFrames.encoded().entrySet()) {
      for (int bit = 0; bit < example.getValue().length * 8; bit++) {
        byte[] frame = example.getValue().clone();
        frame[bit / 8] ^= (byte) (1 << (bit % 8));
        decoder.close();
        decoder = new FrameDecoder(buffers);
        try {
          feed(frame, 0, frame.length);
        } catch (WireException e) {
          // the usual end; a longer length waits for bytes instead
        }
        assertEquals(List.of(), received.notations(), example.getKey() + ", bit " + bit);
      }
    }
  }

  @Test
  void saysWhatItSawAndWhere() throws WireException {
    byte[] ping = ExampleFrames.encoded().get("ping");
    feed(ping, 0, ping.length);
    received.notations().clear();
    byte[] request = "GET / HTTP/1.1\r\nHost: host-b:7447\r\n\r\n".getBytes(US_ASCII);
    WireException thrown =
        assertThrows(WireException.class, () -> feed(request, 0, request.length));
    assertEquals(
        "frame type 71 (saw 474554202f204854 \"GET / HT\") at stream offset 56; closing the stream",
        thrown.getMessage());
  }

  @Test
  void refusesATlsHello() {
    byte[] hello = new byte[64];
    ByteBuffer.wrap(hello).putInt(0x16030100).putInt(0x3c010000);
    assertSays("GOODBYE has reserved bits set (saw 160301003c010000", refusal(hello));
  }

  @Test
  void refusesAWrongCrc() {
    byte[] frame = ExampleFrames.encoded().get("data");
    frame[frame.length - 1] ^= 1;
    assertSays("CRC32C ", refusal(frame));
  }

  @Test
  void refusesBytesAfterTheLastField() {
    for (String example : List.of("hello", "hello-reply", "refuse", "reset", "goodbye")) {
      assertSays("has 1 B after its last field", refusal(BrokenFrames.resized(example, 1)));
    }
  }

  @Test
  void refusesPayloadsThatEndInsideAField() {
    for (Map.Entry<String, byte[]> example : ExampleFrames.encoded().entrySet()) {
      int payloadBytes = example.getValue().length - Limits.HEADER_BYTES;
      int shortest = example.getKey().equals("data") ? payloadBytes : 1;
      for (int cut = shortest; cut <= payloadBytes; cut++) {
        if (!isWholeWithout(example.getKey(), cut, payloadBytes)) {
          refusal(BrokenFrames.resized(example.getKey(), -cut));
        }
      }
    }
  }

  /** What versions 2 and 6 added to OPEN and OPENED may be left out. */
  private static boolean isWholeWithout(String example, int cut, int payloadBytes) {
    return switch (example) {
      case "open-memory-baseline" -> cut == Digest.BYTES;
      case "open-memory-image" -> cut == 2 * Digest.BYTES;
      case "open-memory-baseline-images" -> cut % Digest.BYTES == 0 && cut <= 3 * Digest.BYTES;
      case "opened-baseline", "opened-baseline-damaged", "opened-image" -> cut == payloadBytes;
      case "opened-baseline-image" -> cut == Short.BYTES || cut == payloadBytes;
      default -> false;
    };
  }

  @Test
  void refusesMissingPagesThatNoPeerSends() {
    assertRefuses("lists 65 ranges", "opened-baseline-damaged", b -> b.putShort(24, (short) 65));
    assertRefuses("behind page 0", "opened-baseline-damaged", b -> b.putInt(26, -1));
    assertRefuses("behind page 0", "opened-baseline-damaged", b -> b.putInt(30, 0));
    assertRefuses("behind page 128", "opened-baseline-damaged", b -> b.putInt(34, 127));
  }

  @Test
  void refusesImagesThatNobodyOffers() {
    assertRefuses("takes images 0", "opened-image", b -> b.putShort(26, (short) 0));
    assertRefuses("takes images 100", "opened-image", b -> b.putShort(26, (short) 0x100));
    assertRefuses(
        "takes images 8000", "opened-baseline-image", b -> b.putShort(34, (short) 0x8000));
  }

  private void assertRefuses(String says, String example, UnaryOperator<ByteBuffer> change) {
    assertSays(says, refusal(BrokenFrames.changed(example, change)));
  }

  @Test
  void refusesHellosThatNoPeerSends() {
    assertRefuses("magic 44574351, expected 44574350", "hello", b -> b.putInt(24, 0x44574351));
    assertRefuses("magic 00000000", "hello-reply", b -> b.putInt(24, 0));
    assertRefuses("offers versions 0..1", "hello", b -> b.putShort(28, (short) 0));
    assertRefuses("offers versions 2..1", "hello", b -> b.putShort(28, (short) 2));
    assertRefuses("flags 2", "hello", b -> b.putInt(48, 2));
    assertRefuses("flags 80000001", "hello-resume", b -> b.putInt(48, 0x80000001));
    assertRefuses("says version 0", "hello-reply", b -> b.putShort(28, (short) 0));
    assertRefuses("reserved 1", "hello-reply", b -> b.putShort(30, (short) 1));
    assertRefuses("counts 9223372036854775808 B", "hello-reply", b -> b.putLong(56, 1L << 63));
  }

  @Test
  void refusesNumbersOutOfTheirRange() {
    assertRefuses(
        "channel kind 4; expected 1, 2 or 3", "open-disk", b -> b.putShort(24, (short) 4));
    assertRefuses("channel kind 65535", "open-disk", b -> b.putShort(24, (short) -1));
    assertRefuses("negative history", "open-memory", b -> b.putInt(28, 1 << 31));
    assertRefuses("reset code 6", "reset", b -> b.putShort(24, (short) 6));
    assertRefuses("refusal code 0", "refuse", b -> b.putShort(24, (short) 0));
    assertRefuses("END counts", "end", b -> b.putLong(24, -1));
    assertRefuses("ACK counts", "ack", b -> b.putLong(24, -1));
  }

  @Test
  void refusesTextLongerThanItsFrameOrItsLimit() {
    assertRefuses("text of 23 B in 22 B", "goodbye", b -> b.putShort(24, (short) 23));
    assertRefuses("text of 65535 B", "hello", b -> b.putShort(60, (short) -1));
    byte[] hello = BrokenFrames.resized("hello", 256 - 6);
    ByteBuffer.wrap(hello).putShort(60, (short) 256);
    assertSays("text of 256 B in 256 B; at most 255 B", refusal(BrokenFrames.sealed(hello)));
  }

  @Test
  void refusesChannelsAndSequencesWhereTheTypeHasNone() {
    assertRefuses("HELLO names channel 1", "hello", b -> b.putInt(8, 1));
    assertRefuses("PING has sequence 1", "ping", b -> b.putLong(16, 1));
    assertRefuses("OPEN has sequence 1", "open-disk", b -> b.putLong(16, 1));
    assertRefuses("RESET names channel 0", "reset", b -> b.putInt(8, 0));
    assertRefuses("DATA names channel -1", "data", b -> b.putInt(8, -1));
    assertRefuses("END has sequence 0", "end", b -> b.putLong(16, 0));
    assertRefuses("ACK has sequence -1", "ack", b -> b.putLong(16, -1));
  }

  @Test
  void showsControlCharactersOfAPeerAsQuestionMarks() throws WireException {
    byte[] frame = BrokenFrames.changed("goodbye", b -> b.put(27, (byte) '\n').put(28, (byte) 27));
    feed(frame, 0, frame.length);
    assertEquals(List.of("GOODBYE reason=t??" + " daemon is stopping"), received.notations());
  }

  @Test
  void givesAHalfPayloadBackWhenClosed() throws WireException {
    byte[] frame = ExampleFrames.encoded().get("data");
    feed(frame, 0, frame.length - 1);
    assertEquals(1, buffers.held());
    decoder.close();
    assertEquals(0, buffers.held());
  }

  @Test
  void takesNothingMoreOnceBroken() {
    refusal(new byte[Limits.HEADER_BYTES]);
    byte[] ping = ExampleFrames.encoded().get("ping");
    assertThrows(IllegalStateException.class, () -> feed(ping, 0, ping.length));
  }

  @Test
  void passesTheSinksErrorOnAndTakesNothingMore() {
    byte[] ping = ExampleFrames.encoded().get("ping");
    WireException cause = new WireException("not now");
    FrameDecoder.FrameSink refusing =
        frame -> {
          throw cause;
        };
    assertSame(
        cause,
        assertThrows(WireException.class, () -> decoder.feed(ByteBuffer.wrap(ping), refusing)));
    assertThrows(IllegalStateException.class, () -> feed(ping, 0, ping.length));
  }
}
