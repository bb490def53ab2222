package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {

  private static final List<ResidueCodec> ALL_CODECS =
      List.of(new StoredCodec(), new ZstdCodec(1), new ZstdCodec(3));

  /** 0: no history; 1, 7, 300: the ring is overwritten many times; 5000: never. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 300, 5000})
  void givesBackTheSameBytesWhateverTheMixCutsAndOrder(int historyPages)
      throws CorruptBatchException {
    for (int round = 0; round < 12; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      String where = "seed " + seed;
      GeneratedStream stream = new GeneratedStream(random, random.nextInt(1, 700));
      try (RoundTrip trip = new RoundTrip(historyPages, random)) {
        List<Batch> batches = trip.cut(stream.bytes, stream.parser(), random.nextInt(1, 40));
        byte[] arrived = trip.decode(trip.encode(batches, ALL_CODECS));
        assertArrayEquals(stream.bytes, arrived, where);
        assertArrayEquals(trip.encoder.chainDigest(), trip.decoder.chainDigest(), where);
        assertEquals(stream.bytes.length, trip.encoder.rawBytes(), where);
        assertEquals(stream.bytes.length, trip.decoder.rawBytes(), where);
        assertEquals(trip.encoder.pageCounts(), trip.decoder.pageCounts(), where);
      }
    }
  }

  @Test
  void givesBackTheSameBytesWhicheverBatchesAreRelayed() throws CorruptBatchException {
    for (int round = 0; round < 20; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      String where = "seed " + seed;
      GeneratedStream stream = new GeneratedStream(random, random.nextInt(1, 700));
      try (RoundTrip trip = new RoundTrip(300, random)) {
        List<Batch> batches = trip.cut(stream.bytes, stream.parser(), random.nextInt(1, 40));
        batches.stream().filter(batch -> random.nextInt(3) > 0).forEach(trip.encoder::relay);
        assertArrayEquals(stream.bytes, trip.decode(trip.encode(batches, ALL_CODECS)), where);
        assertArrayEquals(trip.encoder.chainDigest(), trip.decoder.chainDigest(), where);
        assertEquals(trip.encoder.pageCounts(), trip.decoder.pageCounts(), where);
      }
    }
  }

  @Test
  void looksAtNoPageOfARelayedBatch() throws CorruptBatchException {
    Random random = new Random(1);
    GeneratedStream stream = new GeneratedStream(random, 300);
    try (RoundTrip trip = new RoundTrip(300, random)) {
      List<Batch> batches = trip.cut(stream.bytes, stream.parser(), 1_000_000);
      batches.forEach(trip.encoder::relay);
      assertArrayEquals(
          stream.bytes, trip.decode(trip.encode(batches, List.of(new StoredCodec()))));
      assertEquals(new PageCounts(0, 0, 0, 0, stream.bytes.length), trip.decoder.pageCounts());
    }
  }

  @Test
  void relaysLiteralsToADestinationThatKnowsNoRelayedBatches() throws CorruptBatchException {
    byte[] stream = new byte[3 * PageSize.BYTES];
    Batch batch;
    try (RoundTrip trip = new RoundTrip(8, new Random(1))) {
      batch = trip.cut(stream, GeneratedStream.announcing(0), 1_000_000).getFirst();
    }
    try (SourceEncoder encoder = new SourceEncoder(8, new JavaPageKernels())) {
      encoder.relay(batch);
      encoder.digest(batch);
      encoder.reference(batch);
      ByteBuffer payload = ByteBuffer.allocateDirect(SourceEncoder.maxPayloadBytes());
      encoder.encode(batch, new StoredCodec(), payload);
      payload.position(BatchFormat.HEADER_BYTES);
      int literal = stream.length << 2 | BatchFormat.LITERAL;
      assertEquals(literal, BatchFormat.takeVarint(payload));
    }
  }

  @Test
  void keepsEveryPageWholeWhenBatchesAreCutBecauseTheyAreFull() throws CorruptBatchException {
    Random random = new Random(1);
    GeneratedStream stream = new GeneratedStream(random, 500);
    try (RoundTrip trip = new RoundTrip(1000, random)) {
      List<Batch> batches = trip.cut(stream.bytes, stream.parser(), Integer.MAX_VALUE);
      int pages = batches.stream().mapToInt(Batch::pageCount).sum();
      assertEquals(500, pages);
      trip.encode(batches, ALL_CODECS);
      PageCounts counts = trip.encoder.pageCounts();
      assertEquals(500, counts.zero() + counts.reference() + counts.full());
      assertEquals(stream.bytes.length - 500L * PageSize.BYTES, counts.literalBytes());
      assertTrue(counts.zero() > 50 && counts.reference() > 50, counts::toString);
    }
  }

  @Test
  void sendsContentAgainOnlyAfterTheRingHasForgottenIt() throws CorruptBatchException {
    byte[] stream = new byte[6 * PageSize.BYTES];
    byte[] order = {1, 2, 1, 3, 2, 1};
    for (int page = 0; page < order.length; page++) {
      stream[page * PageSize.BYTES + 17] = order[page];
    }
    long[] offsets = new long[order.length];
    for (int page = 0; page < order.length; page++) {
      offsets[page] = (long) page * PageSize.BYTES;
    }
    // Two slots: 1 and 2 are new, 1 is known, 3 replaces 1, 2 is known, 1 is new again.
    try (RoundTrip trip = new RoundTrip(2, new Random(1))) {
      List<Batch> batches = trip.cut(stream, GeneratedStream.announcing(offsets), 1_000_000);
      assertArrayEquals(stream, trip.decode(trip.encode(batches, ALL_CODECS)));
      assertEquals(new PageCounts(0, 2, 0, 4, 0), trip.decoder.pageCounts());
    }
  }

  @Test
  void sendsZeroAndKnownPagesAsAFewBytes() {
    Random random = new Random(1);
    byte[] stream = new byte[64 * PageSize.BYTES];
    byte[] known = new byte[PageSize.BYTES];
    random.nextBytes(known);
    for (int page = 0; page < 32; page++) {
      System.arraycopy(known, 0, stream, page * PageSize.BYTES, known.length);
    }
    long[] offsets = new long[64];
    for (int page = 0; page < 64; page++) {
      offsets[page] = (long) page * PageSize.BYTES;
    }
    try (RoundTrip trip = new RoundTrip(8, random)) {
      List<Batch> batches = trip.cut(stream, GeneratedStream.announcing(offsets), 1_000_000);
      List<ByteBuffer> payloads = trip.encode(batches, List.of(new StoredCodec()));
      assertEquals(new PageCounts(32, 31, 0, 1, 0), trip.encoder.pageCounts());
      int wireBytes = payloads.stream().mapToInt(ByteBuffer::remaining).sum();
      // The page, the header, and PAGE 1, 31 tokens REFERENCE 1 with their slot, ZERO 32.
      assertEquals(PageSize.BYTES + BatchFormat.HEADER_BYTES + 1 + 31 * 2 + 2, wireBytes);
    }
  }

  @Test
  void storesWhatDoesNotShrink() throws CorruptBatchException {
    Random random = new Random(1);
    byte[] stream = new byte[Batch.RAW_BYTES];
    random.nextBytes(stream);
    try (RoundTrip trip = new RoundTrip(8, random)) {
      List<Batch> batches = trip.cut(stream, GeneratedStream.opaque(), 1_000_000);
      ByteBuffer payload = trip.encode(batches, List.of(new ZstdCodec(3))).getFirst();
      assertEquals(StoredCodec.WIRE_ID, payload.get(payload.position()));
      assertEquals(BatchFormat.HEADER_BYTES + 3 + stream.length, payload.remaining());
      assertArrayEquals(stream, trip.decode(List.of(payload)));
    }
  }

  @Test
  void refusesACodecThatMayWriteMoreThanThereIsRoomFor() {
    try (RoundTrip trip = new RoundTrip(8, new Random(1))) {
      Batch batch = trip.cut(new byte[1000], GeneratedStream.opaque(), 1_000_000).getFirst();
      trip.encoder.digest(batch);
      trip.encoder.reference(batch);
      ByteBuffer small = ByteBuffer.allocateDirect(BatchFormat.HEADER_BYTES + 1001);
      assertThrows(
          IllegalArgumentException.class,
          () -> trip.encoder.encode(batch, new ZstdCodec(1), small));
    }
  }
}
