package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.novacron.dwcp.kernels.PageKernels;
import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages whose bytes are sorted on their way, from batch to batch. */
class ShuffledPagesTest {
  private static final int HISTORY_PAGES = 100;
  private static final int PAGES = 40;

  static Stream<PageKernels> kernels() {
    return RoundTrip.KERNELS.stream();
  }

  /** Tables of both widths with noise among them; the last page is the first one again. */
  private static byte[] tables() {
    Random random = new Random(3);
    ByteBuffer stream = ByteBuffer.allocate(PAGES * PageSize.BYTES);
    for (int page = 0; page < PAGES - 1; page++) {
      long word = random.nextLong();
      int end = stream.position() + PageSize.BYTES;
      while (stream.position() < end) {
        switch (page % 3) {
          case 0 -> stream.putInt((int) (word += 5));
          case 1 -> stream.putLong(word += 0x10001);
          default -> stream.putLong(random.nextLong());
        }
      }
    }
    stream.put(stream.array(), 0, PageSize.BYTES);
    return stream.array();
  }

  private static Batch batch(SourceEncoder encoder, byte[] stream) {
    long[] pages = new long[PAGES];
    for (int page = 0; page < PAGES; page++) {
      pages[page] = (long) page * PageSize.BYTES;
    }
    BatchBuilder builder =
        new BatchBuilder(new BatchPool(1), GeneratedStream.announcingAtOnce(pages));
    builder.append(ByteBuffer.wrap(stream));
    Batch batch = builder.take();
    encoder.digest(batch);
    encoder.reference(batch);
    return batch;
  }

  private static ByteBuffer inLane(PageKernels kernels, BatchForms forms) {
    return inLane(kernels, forms, 1);
  }

  private static ByteBuffer inLane(PageKernels kernels, BatchForms forms, int effort) {
    try (SourceEncoder encoder =
        new SourceEncoder(HISTORY_PAGES, kernels, new ZstdLaneCodec(), forms)) {
      ByteBuffer payload = ByteBuffer.allocateDirect(SourceEncoder.maxPayloadBytes());
      encoder.encodeInLane(batch(encoder, tables()), effort, payload);
      return payload.flip();
    }
  }

  private static byte[] residue(ByteBuffer payload) throws CorruptBatchException {
    byte[] digest = new byte[Sha256.BYTES];
    ByteBuffer residue = ByteBuffer.allocateDirect(BatchFormat.MAX_RESIDUE_BYTES);
    try (LaneDecoding lane = new LaneDecoding(new ZstdLaneCodec())) {
      BatchPayload read = BatchPayload.read(payload, digest, lane);
      read.decode(residue, lane);
      byte[] bytes = new byte[read.residueBytes()];
      residue.get(0, bytes);
      return bytes;
    }
  }

  private static byte[] decoded(ByteBuffer payload, PageKernels kernels)
      throws CorruptBatchException {
    try (DestinationDecoder decoder =
            new DestinationDecoder(HISTORY_PAGES, kernels, null, new ZstdLaneCodec());
        UnpackedBatch batch = decoder.unpack(payload)) {
      ByteBuffer out = ByteBuffer.allocate(batch.rawBytes());
      decoder.assemble(batch, out);
      assertEquals(new PageCounts(0, 1, 0, PAGES - 1, 0), decoder.pageCounts());
      return out.array();
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void tablesTravelShuffledAndComeBackAsTheyWere(PageKernels kernels) throws CorruptBatchException {
    ByteBuffer payload = inLane(kernels, BatchForms.ALL);
    Set<Integer> kinds = new HashSet<>();
    ByteBuffer residue = ByteBuffer.wrap(residue(payload.duplicate()));
    for (int token = 0; token < payload.getShort(BatchFormat.TOKEN_COUNT_OFFSET); token++) {
      int head = BatchFormat.takeVarint(residue);
      kinds.add(head >>> 2 == 0 ? BatchFormat.DELTA + head : head & 3);
      if ((head & 3) == BatchFormat.REFERENCE || head >>> 2 == 0) {
        BatchFormat.takeVarint(residue);
      }
    }
    assertEquals(
        Set.of(
            BatchFormat.PAGE, BatchFormat.SHUFFLED4, BatchFormat.SHUFFLED8, BatchFormat.REFERENCE),
        kinds);
    assertArrayEquals(tables(), decoded(payload, kernels));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void takeFewerBytesThanAPeerGetsThatDoesNotKnowThem(PageKernels kernels)
      throws CorruptBatchException {
    ByteBuffer first = inLane(kernels, BatchForms.FIRST);
    assertTrue(inLane(kernels, BatchForms.ALL).remaining() < first.remaining() * 0.8);
    assertArrayEquals(tables(), decoded(first, kernels));
  }

  @Test
  void everyKernelMakesTheSamePayload() {
    List<ByteBuffer> payloads = kernels().map(each -> inLane(each, BatchForms.ALL)).toList();
    payloads.forEach(each -> assertEquals(payloads.getFirst(), each));
  }

  /** A residue that was sound, with one byte of its tokens changed, compressed again. */
  @ParameterizedTest
  @MethodSource("kernels")
  void refusesEveryOtherKindAndCountInTheTokens(PageKernels kernels) throws CorruptBatchException {
    ByteBuffer payload = inLane(kernels, BatchForms.ALL);
    byte[] residue = residue(payload.duplicate());
    for (int at = 0; at < 20; at++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = residue.clone();
        changed[at] = (byte) value;
        ByteBuffer other = packed(payload, changed);
        if (changed[at] == residue[at]) {
          assertArrayEquals(tables(), decoded(other, kernels));
        } else {
          String where = "byte " + at + " is " + value;
          assertThrows(CorruptBatchException.class, () -> decoded(other, kernels), where);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void refusesThemInAStoredResidue(PageKernels kernels) throws CorruptBatchException {
    ByteBuffer payload = inLane(kernels, BatchForms.ALL);
    byte[] residue = residue(payload.duplicate());
    ByteBuffer stored = ByteBuffer.allocateDirect(BatchFormat.HEADER_BYTES + residue.length);
    stored.put(0, payload, 0, BatchFormat.HEADER_BYTES);
    stored.put(BatchFormat.CODEC_OFFSET, (byte) StoredCodec.WIRE_ID);
    stored.put(BatchFormat.HEADER_BYTES, residue);
    String said =
        assertThrows(CorruptBatchException.class, () -> decoded(stored, kernels)).getMessage();
    assertEquals("a stored residue with shuffled pages", said);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void areLeftAsTheyAreWhereTheLinkIsNotWhatIsWaitedFor(PageKernels kernels)
      throws CorruptBatchException {
    byte[] least = residue(inLane(kernels, BatchForms.ALL, 0));
    assertArrayEquals(residue(inLane(kernels, BatchForms.FIRST, 0)), least);
    assertArrayEquals(residue(inLane(kernels, BatchForms.FIRST, 1)), least);
  }

  private static ByteBuffer packed(ByteBuffer header, byte[] residue) {
    byte[] zstd = Zstd.compress(residue, 1);
    ByteBuffer payload = ByteBuffer.allocateDirect(BatchFormat.HEADER_BYTES + zstd.length);
    payload.put(0, header, 0, BatchFormat.HEADER_BYTES);
    payload.put(BatchFormat.CODEC_OFFSET, (byte) ZstdCodec.WIRE_ID);
    payload.put(BatchFormat.HEADER_BYTES, zstd);
    return payload;
  }
}
