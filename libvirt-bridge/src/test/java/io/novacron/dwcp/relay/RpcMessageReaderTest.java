package io.novacron.dwcp.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RpcMessageReaderTest {
  private final RpcMessageReader reader = new RpcMessageReader();

  @Test
  void findsTheSameMessagesWhereverTheBytesAreSplit() {
    ByteBuffer session = session();
    List<String> expected = shapes(new RpcMessageReader().push(session.duplicate()));
    assertEquals(4, expected.size());

    for (int split = 1; split < session.remaining(); split++) {
      RpcMessageReader splitReader = new RpcMessageReader();
      List<RpcInput> inputs = new ArrayList<>(splitReader.push(session.duplicate().limit(split)));
      inputs.addAll(splitReader.push(session.duplicate().position(split)));
      assertEquals(session, joined(inputs), "split at " + split);
      assertEquals(expected, shapes(inputs), "split at " + split);
      assertTrue(splitReader.atMessageBoundary());
    }
  }

  @Test
  void findsTheSameMessagesWhenEachByteComesAlone() {
    ByteBuffer session = session();
    List<RpcInput> inputs = new ArrayList<>();
    for (int i = 0; i < session.remaining(); i++) {
      inputs.addAll(reader.push(session.slice(i, 1)));
    }
    assertEquals(session, joined(inputs));
    assertEquals(shapes(new RpcMessageReader().push(session.duplicate())), shapes(inputs));
  }

  @Test
  void passesTheBodyOfAnUnreadMessageWithoutCopyingIt() {
    ByteBuffer bytes = ByteBuffer.allocate(4096 + 28).put(SampleMessages.unread(1, 4096)).flip();
    List<RpcInput> inputs = reader.push(bytes);
    RpcFragment body = assertInstanceOf(RpcFragment.class, inputs.getLast());
    bytes.put(4000, (byte) 99);
    assertEquals(99, body.bytes().get(4000 - 28));
  }

  @Test
  void holdsNothingBackOfAMessageThatItDoesNotRead() {
    ByteBuffer bytes = SampleMessages.unread(1, 1000);
    List<RpcInput> inputs = reader.push(bytes.duplicate().limit(500));
    assertEquals(500, joined(inputs).remaining());
    assertFalse(reader.atMessageBoundary());
  }

  @Test
  void keepsAWholeMessageWhenTheCallerReusesItsBuffer() {
    ByteBuffer original = SampleMessages.prepare(1, 1).bytes();
    ByteBuffer reused = ByteBuffer.allocate(original.remaining()).put(original.duplicate()).flip();
    RpcMessage message = assertInstanceOf(RpcMessage.class, reader.push(reused).getFirst());
    reused.put(100, (byte) ~reused.get(100));
    assertEquals(original, message.bytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 27, 32 * 1024 * 1024 + 5, -1, 0x16030102})
  void turnsOpaqueAtALengthThatLibvirtCannotSend(int length) {
    ByteBuffer bytes = ByteBuffer.allocate(64).putInt(length).putInt(0x20008086).position(0);
    List<RpcInput> inputs = reader.push(bytes.duplicate());
    assertEquals(bytes, joined(inputs));
    assertInstanceOf(OpaqueBytes.class, inputs.getFirst());
    String seen = Integer.toUnsignedString(length);
    assertTrue(reader.opaqueReason().orElseThrow().contains(seen));
  }

  @Test
  void acceptsTheLongestMessageThatLibvirtSends() {
    ByteBuffer start = SampleMessages.unread(1, 0);
    ByteBuffer bytes = ByteBuffer.allocate(28).put(start).putInt(0, 32 * 1024 * 1024 + 4);
    assertInstanceOf(RpcFragment.class, reader.push(bytes.flip()).getFirst());
  }

  @Test
  void turnsOpaqueAtAProgramThatIsNotLibvirts() {
    ByteBuffer bytes = ByteBuffer.allocate(8).putInt(100).putInt(0x20008099).flip();
    assertInstanceOf(OpaqueBytes.class, reader.push(bytes).getFirst());
    assertTrue(reader.opaqueReason().orElseThrow().contains("0x20008099"));
  }

  @Test
  void turnsOpaqueAtATypeOrStatusOutOfRange() {
    ByteBuffer bytes = ByteBuffer.allocate(28).put(SampleMessages.unread(1, 0)).putInt(16, 7);
    assertInstanceOf(OpaqueBytes.class, reader.push(bytes.flip()).getFirst());
    assertEquals(
        Optional.of("no libvirt RPC: type 7 or status 0 out of range"), reader.opaqueReason());
  }

  @Test
  void staysOpaqueWhenProperMessagesFollow() {
    reader.push(ByteBuffer.wrap(new byte[] {0x16, 3, 1, 0}));
    ByteBuffer message = SampleMessages.prepare(1, 1).bytes();
    List<RpcInput> inputs = reader.push(message.duplicate());
    assertInstanceOf(OpaqueBytes.class, inputs.getFirst());
    assertEquals(message, joined(inputs));
    assertFalse(reader.atMessageBoundary());
  }

  @Test
  void givesBackTheBytesOfAMessageThatNeverEnds() {
    ByteBuffer message = SampleMessages.prepare(1, 1).bytes();
    for (int cut : new int[] {1, 4, 27, 28, 29, message.remaining() - 1}) {
      RpcMessageReader cutReader = new RpcMessageReader();
      List<RpcInput> inputs = cutReader.push(message.duplicate().limit(cut));
      assertEquals(List.of(), inputs);
      assertEquals(message.slice(0, cut), cutReader.unfinished());
    }
  }

  private static ByteBuffer session() {
    return concat(
        List.of(
            SampleMessages.unread(1, 40),
            SampleMessages.prepare(2, 1, SampleMessages.text("migrate_uri", "tcp://h")).bytes(),
            Keepalive.PING.encode(),
            SampleMessages.unread(3, 0)));
  }

  static ByteBuffer joined(List<RpcInput> inputs) {
    return concat(
        inputs.stream()
            .map(input ->
                switch (input) {
                  case RpcMessage message -> message.bytes();
                  case RpcFragment fragment -> fragment.bytes();
                  case OpaqueBytes opaque -> opaque.bytes();
                })
            .toList());
  }

  static ByteBuffer concat(List<ByteBuffer> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuffer part : parts) {
      byte[] bytes = new byte[part.remaining()];
      part.duplicate().get(bytes);
      all.writeBytes(bytes);
    }
    return ByteBuffer.wrap(all.toByteArray());
  }

  /** Fragments count where their message begins: how many there are depends on the splits. */
  private static List<String> shapes(List<RpcInput> inputs) {
    return inputs.stream()
        .filter(input -> !(input instanceof RpcFragment fragment) || fragment.first())
        .map(input ->
            switch (input) {
              case RpcMessage message -> "whole " + message.header();
              case RpcFragment fragment -> "passing " + fragment.header();
              case OpaqueBytes opaque -> "opaque";
            })
        .toList();
  }
}
