package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Broken and forged deltas end in CorruptBatchException, never in other bytes. */
class CorruptDeltaTest {

  private static final int HISTORY_PAGES = 20;

  /** Of both kinds, as the tests go on: what one refuses, the other must refuse too. */
  private PageKernels kernels = RoundTrip.KERNELS.getFirst();

  private int decoded;

  private final byte[] stream;
  private final List<byte[]> stored;
  private final List<byte[]> zstd;

  /** Three pages whole, then three deltas and a page that is new. */
  CorruptDeltaTest() {
    Random random = new Random(1);
    RewrittenGuest guest = new RewrittenGuest(random, 3, 6).sendAll().rewrite(3, 4, 20);
    stream = guest.bytes();
    stored = payloads(guest, new StoredCodec());
    zstd = payloads(guest, new ZstdCodec(1));
  }

  private List<byte[]> payloads(RewrittenGuest guest, ResidueCodec codec) {
    int firstBytes = 3 * (8 + PageSize.BYTES);
    BatchBuilder builder = new BatchBuilder(new BatchPool(2), guest.parser());
    try (RoundTrip trip = new RoundTrip(HISTORY_PAGES, new Random(1))) {
      builder.append(ByteBuffer.wrap(stream, 0, firstBytes));
      Batch first = builder.take();
      builder.append(ByteBuffer.wrap(stream, firstBytes, stream.length - firstBytes));
      List<byte[]> payloads = new ArrayList<>();
      for (ByteBuffer payload : trip.encode(List.of(first, builder.take()), List.of(codec))) {
        byte[] content = new byte[payload.remaining()];
        payload.get(payload.position(), content);
        payloads.add(content);
      }
      assertEquals(new PageCounts(0, 0, 3, 3, 48), trip.encoder.pageCounts());
      return payloads;
    }
  }

  private byte[] decode(byte[] first, byte[] second) throws CorruptBatchException {
    ByteBuffer out = ByteBuffer.allocate(2 * Batch.RAW_BYTES);
    kernels = RoundTrip.KERNELS.get(decoded++ % RoundTrip.KERNELS.size());
    try (DestinationDecoder decoder = new DestinationDecoder(HISTORY_PAGES, kernels)) {
      for (byte[] payload : List.of(first, second)) {
        int before = out.position();
        try (UnpackedBatch unpacked = decoder.unpack(direct(payload))) {
          decoder.assemble(unpacked, out);
        } catch (CorruptBatchException e) {
          assertEquals(before, out.position());
          throw e;
        }
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static ByteBuffer direct(byte[] payload) {
    return ByteBuffer.allocateDirect(payload.length).put(payload).flip();
  }

  private void refusesOrIsRight(List<byte[]> payloads, byte[] second, String where) {
    try {
      assertArrayEquals(stream, decode(payloads.get(0), second), where);
    } catch (CorruptBatchException expected) {
      assertTrue(!expected.getMessage().isEmpty(), where);
    }
  }

  @Test
  void thePayloadsThemselvesAreRight() throws CorruptBatchException {
    assertArrayEquals(stream, decode(stored.get(0), stored.get(1)));
    assertArrayEquals(stream, decode(zstd.get(0), zstd.get(1)));
  }

  @Test
  void refusesEveryTruncation() {
    for (List<byte[]> payloads : List.of(stored, zstd)) {
      byte[] second = payloads.get(1);
      for (int length = 0; length < second.length; length++) {
        byte[] cut = Arrays.copyOf(second, length);
        assertThrows(
            CorruptBatchException.class, () -> decode(payloads.get(0), cut), "length " + length);
      }
    }
  }

  @Test
  void refusesEveryByteChangedOrRestoresTheSameBytes() {
    for (List<byte[]> payloads : List.of(stored, zstd)) {
      byte[] second = payloads.get(1);
      for (int at = 0; at < second.length; at++) {
        for (int flip = 1; flip < 256; flip += flip) {
          byte[] changed = second.clone();
          changed[at] ^= (byte) flip;
          refusesOrIsRight(payloads, changed, "byte " + at + " xor " + flip);
        }
      }
    }
  }

  @Test
  void refusesGeneratedMutations() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      List<byte[]> payloads = random.nextBoolean() ? stored : zstd;
      byte[] second = payloads.get(1);
      byte[] changed = Arrays.copyOf(second, second.length + random.nextInt(9));
      int changes = random.nextInt(1, 6);
      for (int change = 0; change < changes; change++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      refusesOrIsRight(payloads, changed, "seed " + seed + " round " + round);
    }
  }

  @Test
  void refusesABaseSlotThatWasNeverFilled() {
    for (int slot : new int[] {3, 19, 20, (1 << 28) - 1}) {
      ByteBuffer residue = ByteBuffer.allocate(16);
      BatchFormat.putToken(residue, BatchFormat.DELTA, 1);
      BatchFormat.putVarint(residue, slot);
      residue.put((byte) 0);
      assertRefused("slot " + slot, residue);
    }
  }

  @Test
  void refusesRunsThatLeaveTheirPage() {
    assertRefused("ends at 4097", delta(4097, 0));
    assertRefused("ends at 4097", delta(1, 4096));
    assertRefused("ends at 268435456", delta(1, (1 << 28) - 1));
    assertRefused("ends at 536870910", delta((1 << 28) - 1, (1 << 28) - 1));
  }

  @Test
  void refusesChangesOfAnotherLengthThanTheRunsSay() {
    assertRefused("deltas stand for 7 B", delta(1, 5));
    assertRefused("residue, the header says 8 B", delta(1, 5).put((byte) 1).put((byte) 1));
  }

  @Test
  void refusesCountsBeyondABatch() {
    for (int count : new int[] {0, 65, (1 << 28) - 1}) {
      ByteBuffer residue = ByteBuffer.allocate(300);
      BatchFormat.putToken(residue, BatchFormat.DELTA, count);
      residue.put((byte) 0).position(residue.position() + 100);
      assertRefused("of kind 4 counts " + count, residue);
    }
  }

  /** One page against slot 0, with one run and none of its changes. */
  private static ByteBuffer delta(int changedBytes, int equalBytes) {
    ByteBuffer residue = ByteBuffer.allocate(5000);
    BatchFormat.putToken(residue, BatchFormat.DELTA, 1);
    BatchFormat.putVarint(residue, 0);
    BatchFormat.putVarint(residue, changedBytes);
    BatchFormat.putVarint(residue, equalBytes);
    return residue.put((byte) 0);
  }

  private void assertRefused(String reason, ByteBuffer residue) {
    residue.flip();
    ByteBuffer payload = ByteBuffer.allocate(BatchFormat.HEADER_BYTES + residue.remaining());
    payload.putShort((short) 0).putShort((short) 1).putInt(PageSize.BYTES);
    payload.putInt(residue.remaining()).put(new byte[Sha256.BYTES]).put(residue);
    CorruptBatchException e =
        assertThrows(CorruptBatchException.class, () -> decode(stored.get(0), payload.array()));
    assertTrue(e.getMessage().contains(reason), e::getMessage);
  }
}
