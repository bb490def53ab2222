package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that are sent again, changed in part, through both ends. */
class DeltaTest {

  private static final List<ResidueCodec> CODECS = List.of(new StoredCodec(), new ZstdCodec(1));

  /** 1 to 100: the ring comes round between base and delta; 5000: never. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 64, 100, 300, 5000})
  void givesBackTheSameBytesWhateverBecomesOfAPage(int historyPages) throws CorruptBatchException {
    for (int round = 0; round < 12; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      RewrittenGuest guest = new RewrittenGuest(random, random.nextInt(1, 80), 900);
      guest.sendAll().rewriteAnyhow(600);
      try (RoundTrip trip = new RoundTrip(historyPages, random)) {
        roundTrip(trip, guest, random, "seed " + seed);
      }
    }
  }

  /** As the pipe does: a batch is encoded while only a few after it have been referenced. */
  private static void roundTrip(RoundTrip trip, RewrittenGuest guest, Random random, String where)
      throws CorruptBatchException {
    byte[] stream = guest.bytes();
    List<Batch> batches = trip.cut(stream, guest.parser(), random.nextInt(1, 40));
    List<ByteBuffer> payloads = new ArrayList<>();
    for (int from = 0; from < batches.size(); ) {
      int to = Math.min(batches.size(), from + random.nextInt(1, 5));
      payloads.addAll(trip.encode(batches.subList(from, to), CODECS));
      from = to;
    }
    assertArrayEquals(stream, trip.decode(payloads), where);
    assertArrayEquals(trip.encoder.chainDigest(), trip.decoder.chainDigest(), where);
    assertEquals(trip.encoder.pageCounts(), trip.decoder.pageCounts(), where);
    assertEquals(trip.encoder.residueBytes(), trip.decoder.residueBytes(), where);
  }

  @Test
  void sendsEachPartialRewriteAsADeltaAgainstTheDeltaBefore() throws CorruptBatchException {
    Random random = new Random(1);
    RewrittenGuest guest = new RewrittenGuest(random, 50, 3000).sendAll().rewrite(2950, 4, 16);
    try (RoundTrip trip = new RoundTrip(4000, random)) {
      List<Batch> batches = trip.cut(guest.bytes(), guest.parser(), 1_000_000);
      List<ByteBuffer> payloads = trip.encode(batches, List.of(new StoredCodec()));
      assertArrayEquals(guest.bytes(), trip.decode(payloads));
      PageCounts counts = trip.decoder.pageCounts();
      assertEquals(new PageCounts(0, 0, 2950, 50, 3000 * 8), counts);
      // Stored: 50 whole pages, and of each delta at most 64 B changed, 4 runs, token and header.
      int wireBytes = payloads.stream().mapToInt(ByteBuffer::remaining).sum();
      int mostBytes = 50 * PageSize.BYTES + 2950 * (64 + 4 * 3 + 1 + 5 + 8 + 3);
      assertEquals(
          wireBytes - payloads.size() * BatchFormat.HEADER_BYTES, trip.encoder.residueBytes());
      assertTrue(wireBytes < mostBytes + payloads.size() * 44, wireBytes + " B");
    }
  }

  @Test
  void sendsAPageWholeThatChangedInMoreThanHalf() throws CorruptBatchException {
    Random random = new Random(1);
    int wholeBytes = PageSize.BYTES;
    byte[] stream = new byte[2 * wholeBytes];
    random.nextBytes(stream);
    try (RoundTrip trip = new RoundTrip(64, random)) {
      List<Batch> batches =
          trip.cut(
              stream,
              RewrittenGuest.announcing(new long[] {0, wholeBytes}, new long[] {7, 7}),
              1_000_000);
      assertArrayEquals(stream, trip.decode(trip.encode(batches, CODECS)));
      assertEquals(new PageCounts(0, 0, 0, 2, 0), trip.encoder.pageCounts());
    }
  }

  /** Content that travelled as a reference is the newest version of its page all the same. */
  @Test
  void takesTheContentOfAReferenceAsTheBase() throws CorruptBatchException {
    Random random = new Random(1);
    byte[] first = new byte[PageSize.BYTES];
    byte[] second = new byte[PageSize.BYTES];
    random.nextBytes(first);
    random.nextBytes(second);
    byte[] changed = second.clone();
    changed[100] ^= 1;
    // Page 1 has other content first, then that of page 2, then that with a change.
    ByteBuffer stream = ByteBuffer.allocate(4 * PageSize.BYTES);
    stream.put(first).put(second).put(second).put(changed);
    long[] offsets = {0, PageSize.BYTES, 2 * PageSize.BYTES, 3 * PageSize.BYTES};
    try (RoundTrip trip = new RoundTrip(64, random)) {
      List<Batch> batches =
          trip.cut(
              stream.array(),
              RewrittenGuest.announcing(offsets, new long[] {1, 2, 1, 1}),
              1_000_000);
      assertArrayEquals(stream.array(), trip.decode(trip.encode(batches, CODECS)));
      assertEquals(new PageCounts(0, 1, 1, 2, 0), trip.encoder.pageCounts());
    }
  }

  /** All batches are referenced before the first is encoded: their bases are gone by then. */
  @Test
  void sendsPagesWholeWhoseBaseTheRingHasReplacedBeforeTheyAreEncoded()
      throws CorruptBatchException {
    Random random = new Random(1);
    RewrittenGuest guest = new RewrittenGuest(random, 20, 1000).sendAll().rewrite(980, 2, 8);
    try (RoundTrip trip = new RoundTrip(100, random)) {
      List<Batch> batches = trip.cut(guest.bytes(), guest.parser(), 1_000_000);
      assertArrayEquals(guest.bytes(), trip.decode(trip.encode(batches, CODECS)));
      PageCounts counts = trip.decoder.pageCounts();
      assertEquals(1000, counts.full() + counts.delta());
      assertTrue(counts.delta() <= 100, counts::toString);
      assertTrue(counts.delta() > 0, counts::toString);
    }
  }

  @Test
  void sendsPagesWholeOnceTheHistoryIsFreed() throws CorruptBatchException {
    Random random = new Random(1);
    RewrittenGuest guest = new RewrittenGuest(random, 20, 60).sendAll().rewrite(40, 2, 8);
    try (RoundTrip trip = new RoundTrip(100, random)) {
      List<Batch> batches = trip.cut(guest.bytes(), guest.parser(), 1_000_000);
      batches.forEach(trip.encoder::digest);
      batches.forEach(trip.encoder::reference);
      trip.encoder.close();
      List<ByteBuffer> payloads =
          batches.stream().map(batch -> trip.encode(batch, new ZstdCodec(1))).toList();
      assertArrayEquals(guest.bytes(), trip.decode(payloads));
      assertEquals(0, trip.encoder.pageCounts().delta());
    }
  }

  /** Workers encode while the ring, which is small, is being written. */
  @ParameterizedTest
  @ValueSource(ints = {128, 400, 3000})
  void staysRightWhileTheRingComesRoundUnderTheWorkers(int historyPages) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    RewrittenGuest guest = new RewrittenGuest(random, 100, 6000).sendAll().rewrite(5900, 10, 100);
    try (ExecutorService workers = Executors.newFixedThreadPool(3);
        RoundTrip trip = new RoundTrip(historyPages, random)) {
      List<Batch> batches = trip.cut(guest.bytes(), guest.parser(), 10);
      batches.forEach(trip.encoder::digest);
      List<Future<ByteBuffer>> encoded = new ArrayList<>();
      for (Batch batch : batches) {
        trip.encoder.reference(batch);
        encoded.add(workers.submit(() -> encode(trip, batch)));
      }
      List<ByteBuffer> payloads = new ArrayList<>();
      for (Future<ByteBuffer> payload : encoded) {
        payloads.add(payload.get());
      }
      assertArrayEquals(guest.bytes(), trip.decode(payloads), "seed " + seed);
      assertEquals(trip.encoder.pageCounts(), trip.decoder.pageCounts());
    }
  }

  private static ByteBuffer encode(RoundTrip trip, Batch batch) {
    ByteBuffer payload = ByteBuffer.allocateDirect(SourceEncoder.maxPayloadBytes());
    trip.encoder.encode(batch, new ZstdCodec(1), payload);
    return payload.flip();
  }
}
