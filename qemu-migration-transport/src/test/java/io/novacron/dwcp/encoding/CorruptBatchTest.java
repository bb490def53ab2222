package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a broken or hostile peer sends ends in CorruptBatchException, never in other bytes. */
class CorruptBatchTest {

  private static final int HISTORY_PAGES = 20;

  /**
   * Literals, a zero page, new pages and references, as two payloads of which the second refers
   * back.
   */
  private static byte[] smallStream() {
    byte[] stream = new byte[6 * PageSize.BYTES + 24];
    Arrays.fill(stream, 8, 8 + PageSize.BYTES, (byte) 1);
    Arrays.fill(stream, 16 + 3 * PageSize.BYTES, 16 + 5 * PageSize.BYTES, (byte) 1);
    Arrays.fill(stream, 16 + 5 * PageSize.BYTES, stream.length, (byte) 2);
    return stream;
  }

  private static List<byte[]> smallPayloads(ResidueCodec codec) {
    byte[] stream = smallStream();
    long[] pages = new long[6];
    for (int page = 0; page < 6; page++) {
      pages[page] = (page == 0 ? 8 : 16) + (long) page * PageSize.BYTES;
    }
    BatchBuilder builder = new BatchBuilder(new BatchPool(2), GeneratedStream.announcing(pages));
    try (RoundTrip trip = new RoundTrip(HISTORY_PAGES, new Random(1))) {
      builder.append(ByteBuffer.wrap(stream, 0, 16 + 3 * PageSize.BYTES));
      Batch first = builder.take();
      builder.append(
          ByteBuffer.wrap(
              stream, 16 + 3 * PageSize.BYTES, stream.length - 16 - 3 * PageSize.BYTES));
      Batch second = builder.take();
      return trip.encode(List.of(first, second), List.of(codec)).stream()
          .map(CorruptBatchTest::bytes)
          .toList();
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] content = new byte[buffer.remaining()];
    buffer.get(buffer.position(), content);
    return content;
  }

  private static ByteBuffer direct(byte[] payload, int lengthBytes) {
    return ByteBuffer.allocateDirect(lengthBytes).put(payload, 0, lengthBytes).flip();
  }

  private static byte[] decode(byte[] first, ByteBuffer second) throws CorruptBatchException {
    ByteBuffer out = ByteBuffer.allocate(2 * Batch.RAW_BYTES);
    try (DestinationDecoder decoder =
        new DestinationDecoder(HISTORY_PAGES, new JavaPageKernels())) {
      for (ByteBuffer payload : List.of(direct(first, first.length), second)) {
        int before = out.position();
        try (UnpackedBatch unpacked = decoder.unpack(payload)) {
          decoder.assemble(unpacked, out);
        } catch (CorruptBatchException e) {
          assertEquals(before, out.position());
          throw e;
        }
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static void refusesOrIsRight(byte[] first, ByteBuffer second, String where) {
    try {
      assertArrayEquals(smallStream(), decode(first, second), where);
    } catch (CorruptBatchException expected) {
      assertTrue(!expected.getMessage().isEmpty(), where);
    }
  }

  @Test
  void theSmallPayloadsThemselvesAreRight() throws CorruptBatchException {
    for (ResidueCodec codec : List.of(new StoredCodec(), new ZstdCodec(1))) {
      List<byte[]> payloads = smallPayloads(codec);
      byte[] second = payloads.get(1);
      assertArrayEquals(smallStream(), decode(payloads.get(0), direct(second, second.length)));
      assertEquals(codec.wireId(), second[0]);
    }
  }

  @Test
  void refusesEveryTruncation() {
    for (ResidueCodec codec : List.of(new StoredCodec(), new ZstdCodec(1))) {
      List<byte[]> payloads = smallPayloads(codec);
      byte[] second = payloads.get(1);
      for (int length = 0; length < second.length; length++) {
        ByteBuffer cut = direct(second, length);
        assertThrows(
            CorruptBatchException.class, () -> decode(payloads.get(0), cut), "length " + length);
      }
    }
  }

  @Test
  void refusesEveryByteChangedOrRestoresTheSameBytes() {
    for (ResidueCodec codec : List.of(new StoredCodec(), new ZstdCodec(1))) {
      List<byte[]> payloads = smallPayloads(codec);
      byte[] second = payloads.get(1);
      for (int at = 0; at < second.length; at++) {
        for (int flip : new int[] {1, 0x80, 0xff}) {
          byte[] changed = second.clone();
          changed[at] ^= (byte) flip;
          String where = codec.name() + " byte " + at + " xor " + flip;
          refusesOrIsRight(payloads.get(0), direct(changed, changed.length), where);
        }
      }
    }
  }

  @Test
  void refusesGeneratedMutations() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<byte[]> stored = smallPayloads(new StoredCodec());
    List<byte[]> zstd = smallPayloads(new ZstdCodec(1));
    for (int round = 0; round < 20_000; round++) {
      List<byte[]> payloads = random.nextBoolean() ? stored : zstd;
      byte[] changed = Arrays.copyOf(payloads.get(1), payloads.get(1).length + random.nextInt(9));
      int changes = random.nextInt(1, 6);
      for (int change = 0; change < changes; change++) {
        int reach = random.nextBoolean() ? 64 : changed.length;
        changed[random.nextInt(Math.min(reach, changed.length))] = (byte) random.nextInt();
      }
      ByteBuffer payload = direct(changed, changed.length);
      refusesOrIsRight(payloads.get(0), payload, "seed " + seed + " round " + round);
    }
  }

  @Test
  void refusesNumbersBeyondTheLimitsOfTheFormat() {
    byte[] good = smallPayloads(new StoredCodec()).get(0);
    assertRefused("codec id", good, BatchFormat.CODEC_OFFSET, 7);
    assertRefused("reserved byte 1", good, BatchFormat.RESERVED_OFFSET, 1);
    assertRefused("token count 0", good, BatchFormat.TOKEN_COUNT_OFFSET, 0, 0);
    assertRefused("token count 130", good, BatchFormat.TOKEN_COUNT_OFFSET, 0, 130);
    assertRefused("raw bytes 0", good, BatchFormat.RAW_BYTES_OFFSET, 0, 0, 0, 0);
    assertRefused("raw bytes 262145", good, BatchFormat.RAW_BYTES_OFFSET, 0, 4, 0, 1);
    assertRefused("raw bytes 4294967295", good, BatchFormat.RAW_BYTES_OFFSET, 255, 255, 255, 255);
    assertRefused("residue bytes 0", good, BatchFormat.RESIDUE_BYTES_OFFSET, 0, 0, 0, 0);
    assertRefused(
        "residue bytes 2147483647", good, BatchFormat.RESIDUE_BYTES_OFFSET, 127, 255, 255, 255);
  }

  private static void assertRefused(String reason, byte[] good, int offset, int... field) {
    byte[] changed = good.clone();
    for (int i = 0; i < field.length; i++) {
      changed[offset + i] = (byte) field[i];
    }
    try (DestinationDecoder decoder =
        new DestinationDecoder(HISTORY_PAGES, new JavaPageKernels())) {
      CorruptBatchException e =
          assertThrows(
              CorruptBatchException.class, () -> decoder.unpack(direct(changed, changed.length)));
      assertTrue(e.getMessage().contains(reason), e::getMessage);
    }
  }

  @Test
  void refusesAFrameThatDecompressesToMoreThanItsHeaderSays() {
    byte[] bomb = Zstd.compress(new byte[64 * 1024 * 1024]);
    ByteBuffer payload = ByteBuffer.allocateDirect(BatchFormat.HEADER_BYTES + bomb.length);
    payload.put((byte) ZstdCodec.WIRE_ID).put((byte) 0).putShort((short) 1);
    payload.putInt(Batch.RAW_BYTES).putInt(BatchFormat.MAX_RESIDUE_BYTES).put(new byte[32]);
    payload.put(bomb).flip();
    try (DestinationDecoder decoder =
        new DestinationDecoder(HISTORY_PAGES, new JavaPageKernels())) {
      CorruptBatchException e =
          assertThrows(CorruptBatchException.class, () -> decoder.unpack(payload));
      assertTrue(e.getMessage().contains("zstd frame refused"), e::getMessage);
    }
  }

  @Test
  void refusesAReferenceToASlotThatWasNeverFilled() throws CorruptBatchException {
    for (int slot : new int[] {0, 19, 20, (1 << 28) - 1}) {
      try (DestinationDecoder decoder =
              new DestinationDecoder(HISTORY_PAGES, new JavaPageKernels());
          UnpackedBatch unpacked = decoder.unpack(reference(slot))) {
        CorruptBatchException e =
            assertThrows(
                CorruptBatchException.class,
                () -> decoder.assemble(unpacked, ByteBuffer.allocate(PageSize.BYTES)));
        assertTrue(e.getMessage().contains("slot " + slot), e::getMessage);
      }
    }
  }

  private static ByteBuffer reference(int slot) {
    ByteBuffer residue = ByteBuffer.allocate(8);
    BatchFormat.putToken(residue, BatchFormat.REFERENCE, 1);
    BatchFormat.putVarint(residue, slot);
    residue.flip();
    ByteBuffer payload = ByteBuffer.allocateDirect(100);
    payload.putShort((short) 0).putShort((short) 1).putInt(PageSize.BYTES);
    return payload.putInt(residue.remaining()).put(new byte[32]).put(residue).flip();
  }

  @Test
  void refusesEverythingAfterACorruptBatch() throws CorruptBatchException {
    List<byte[]> payloads = smallPayloads(new StoredCodec());
    byte[] first = payloads.getFirst();
    byte[] changed = first.clone();
    changed[first.length - 1] ^= 1;
    ByteBuffer out = ByteBuffer.allocate(Batch.RAW_BYTES);
    try (DestinationDecoder decoder = new DestinationDecoder(HISTORY_PAGES, new JavaPageKernels());
        UnpackedBatch bad = decoder.unpack(direct(changed, changed.length));
        UnpackedBatch good = decoder.unpack(direct(first, first.length))) {
      assertThrows(CorruptBatchException.class, () -> decoder.assemble(bad, out));
      assertThrows(CorruptBatchException.class, () -> decoder.assemble(good, out));
      assertEquals(0, out.position());
      assertEquals(0, decoder.rawBytes());
    }
  }

  @Test
  void refusesPayloadsInAnotherOrder() throws CorruptBatchException {
    List<byte[]> payloads = smallPayloads(new StoredCodec());
    byte[] second = payloads.get(1);
    try (DestinationDecoder decoder = new DestinationDecoder(HISTORY_PAGES, new JavaPageKernels());
        UnpackedBatch unpacked = decoder.unpack(direct(second, second.length))) {
      assertThrows(
          CorruptBatchException.class,
          () -> decoder.assemble(unpacked, ByteBuffer.allocate(Batch.RAW_BYTES)));
    }
  }
}
