package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.ResidueCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest that comes back: both ends begin with what they knew when it left. */
class SecondVisitTest {
  private static final UUID GUEST = new UUID(1, 2);
  private static final List<ResidueCodec> CODECS = List.of(new StoredCodec(), new ZstdCodec(1));

  /** One migration, with what it left at both ends. */
  private record Visit(
      PageCounts counts, long wireBytes, BaselinePages atSource, BaselinePages atDestination)
      implements AutoCloseable {
    @Override
    public void close() {
      atSource.close();
      atDestination.close();
    }
  }

  /** The baselines that it begins with. */
  private record Held(BaselinePages atSource, BaselinePages atDestination) {}

  /**
   * @param where in the message of a failure; empty: batches are cut only where they are full
   */
  private static Visit visit(RewrittenGuest guest, int historyPages, Random random, String where)
      throws CorruptBatchException {
    return visit(guest, historyPages, random, new Held(null, null), where);
  }

  private static Visit visit(
      RewrittenGuest guest, int historyPages, Random random, Held held, String where)
      throws CorruptBatchException {
    RoundTrip trip = new RoundTrip(historyPages, random, guest.parser());
    BaselinePages sourceBaseline = held.atSource();
    BaselinePages destinationBaseline = held.atDestination();
    if (sourceBaseline != null) {
      BitSet missing = new BitSet();
      destinationBaseline
          .missing()
          .forEach(range -> missing.set(range.first(), range.first() + range.pages()));
      trip.encoder.useBaseline(sourceBaseline.retain(), missing);
      trip.decoder.useBaseline(destinationBaseline.retain());
    }
    byte[] stream = guest.bytes();
    List<Batch> batches =
        trip.cut(stream, guest.parser(), where.isEmpty() ? 1_000_000 : random.nextInt(1, 40));
    List<ByteBuffer> payloads = new ArrayList<>();
    for (int from = 0; from < batches.size(); ) {
      int to = Math.min(batches.size(), from + random.nextInt(1, 5));
      payloads.addAll(trip.encode(batches.subList(from, to), CODECS));
      from = to;
    }
    assertArrayEquals(stream, trip.decode(payloads), where);
    assertArrayEquals(trip.encoder.chainDigest(), trip.decoder.chainDigest(), where);
    assertEquals(trip.encoder.pageCounts(), trip.decoder.pageCounts(), where);
    long wireBytes = payloads.stream().mapToLong(ByteBuffer::remaining).sum();
    return new Visit(
        trip.encoder.pageCounts(),
        wireBytes,
        loaded(trip.encoder.handOver()),
        loaded(trip.decoder.handOver()));
  }

  /** As if it had been written and read again. */
  private static BaselinePages loaded(ChannelHistory history) {
    assertNotNull(history);
    try (history) {
      return BaselinePages.of(new VisitedPages(List.of(history)), GUEST);
    }
  }

  /** Some of its pages are damaged. */
  private static BaselinePages damaged(BaselinePages whole, Random random) {
    BaselinePages pages = new BaselinePages(whole.index(), whole.id());
    BaselinePages.Filling filling = pages.filling(RoundTrip.anyKernels(random));
    ByteBuffer page = ByteBuffer.allocateDirect(PageSize.BYTES);
    for (int i = 0; i < whole.pages(); i++) {
      if (whole.holds(i)) {
        page.put(0, whole.slab(i), BaselinePages.offset(i), PageSize.BYTES);
        if (random.nextInt(4) == 0) {
          page.put(random.nextInt(PageSize.BYTES), (byte) random.nextInt());
        }
        filling.put(i, 1, page);
      }
    }
    return pages;
  }

  /** The guest goes to and fro, so source and destination take turns; 0 and 1 slots too. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 60, 300, 5000})
  void bothEndsComeToTheSameBaselineAfterEachVisitAndTheOutputIsEqual(int historyPages)
      throws CorruptBatchException {
    for (int round = 0; round < 6; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      String where = "seed " + seed;
      RewrittenGuest guest = new RewrittenGuest(random, random.nextInt(1, 120), 900);
      Visit last = visit(guest.sendAll().rewriteAnyhow(300), historyPages, random, where);
      for (int again = 0; again < 4; again++) {
        assertArrayEquals(last.atSource().id(), last.atDestination().id(), where);
        guest.nextVisit().rewriteAnyhow(random.nextInt(100)).sendAll().rewriteAnyhow(100);
        BaselinePages source = damaged(last.atDestination(), random);
        BaselinePages destination = damaged(last.atSource(), random);
        last.close();
        last = visit(guest, historyPages, random, new Held(source, destination), where);
        source.close();
        destination.close();
      }
      last.close();
    }
  }

  @Test
  void sendsAnIdleGuestAsReferencesToItsBaseline() throws CorruptBatchException {
    Random random = new Random(1);
    RewrittenGuest guest = new RewrittenGuest(random, 1000, 2000).sendAll();
    try (Visit first = visit(guest, 2000, random, "");
        Visit second =
            visit(
                guest.nextVisit().sendAll(),
                2000,
                random,
                new Held(first.atSource(), first.atDestination()),
                "")) {
      assertEquals(new PageCounts(0, 0, 0, 1000, 8000), first.counts());
      assertEquals(new PageCounts(0, 0, 0, 0, 8000, 1000, 0), second.counts());
      assertTrue(second.wireBytes() < first.wireBytes() / 100, second.wireBytes() + " B");
      assertArrayEquals(first.atSource().id(), second.atSource().id());
    }
  }

  @Test
  void sendsWhatChangedALittleAsADeltaAgainstTheBaseline() throws CorruptBatchException {
    Random random = new Random(1);
    RewrittenGuest guest = new RewrittenGuest(random, 200, 2000).sendAll();
    try (Visit first = visit(guest, 2000, random, "");
        Visit second =
            visit(
                guest.rewrite(500, 3, 16).nextVisit().sendAll(),
                2000,
                random,
                new Held(first.atSource(), first.atDestination()),
                "")) {
      assertEquals(0, second.counts().full());
      assertEquals(200, second.counts().delta() + second.counts().baseline());
      assertTrue(second.counts().delta() > 100, second.counts()::toString);
    }
  }

  @Test
  void namesAMissingPageOnlyWhereBothHoldIt() throws CorruptBatchException {
    Random random = new Random(1);
    RewrittenGuest guest = new RewrittenGuest(random, 1000, 2000).sendAll();
    try (Visit first = visit(guest, 2000, random, "");
        BaselinePages damaged = damaged(first.atDestination(), random);
        Visit second =
            visit(
                guest.nextVisit().sendAll(),
                2000,
                random,
                new Held(first.atSource(), damaged),
                "")) {
      long missing = damaged.missing().stream().mapToLong(BaselinePages.Range::pages).sum();
      assertTrue(missing > 100 && missing < 500);
      assertEquals(new PageCounts(0, 0, 0, missing, 8000, 1000 - missing, 0), second.counts());
    }
  }

  /** A source that lies about what the destination has: an error, not a wrong page. */
  @Test
  void refusesAReferenceToWhatTheDestinationLacks() throws CorruptBatchException {
    Random random = new Random(1);
    RewrittenGuest guest = new RewrittenGuest(random, 100, 2000).sendAll();
    try (Visit first = visit(guest, 200, random, "");
        BaselinePages damaged = damaged(first.atDestination(), random);
        RoundTrip trip = new RoundTrip(200, random, guest.parser())) {
      trip.encoder.useBaseline(first.atSource().retain(), new BitSet());
      trip.decoder.useBaseline(damaged.retain());
      List<Batch> batches = trip.cut(guest.bytes(), guest.parser(), 1_000_000);
      List<ByteBuffer> payloads = trip.encode(batches, CODECS);
      assertThrows(CorruptBatchException.class, () -> trip.decode(payloads));
    }
  }

  @Test
  void keepsThreeQuartersOfTheHistoryAtMost() throws CorruptBatchException {
    Random random = new Random(1);
    RewrittenGuest guest = new RewrittenGuest(random, 1000, 2000).sendAll();
    try (Visit first = visit(guest, 1000, random, "")) {
      assertEquals(750, first.atSource().pages());
      assertArrayEquals(first.atSource().id(), first.atDestination().id());
    }
  }

  /** Two channels of one migration, as multifd has them. */
  @Test
  void putsTheHistoriesOfSeveralChannelsTogether() throws CorruptBatchException {
    Random random = new Random(1);
    List<ChannelHistory> atSource = new ArrayList<>();
    List<ChannelHistory> atDestination = new ArrayList<>();
    for (int channel = 0; channel < 3; channel++) {
      RewrittenGuest part = new RewrittenGuest(random, 100, 300).sendAll().rewriteAnyhow(50);
      RoundTrip trip = new RoundTrip(channel == 2 ? 0 : 400, random, part.parser());
      List<Batch> batches = trip.cut(part.bytes(), part.parser(), 10);
      assertArrayEquals(part.bytes(), trip.decode(trip.encode(batches, CODECS)));
      ChannelHistory sent = trip.encoder.handOver();
      if (sent != null) {
        atSource.add(sent);
      }
      atDestination.add(trip.decoder.handOver());
    }
    VisitedPages sent = new VisitedPages(atSource);
    assertTrue(sent.index().pages() > 150);
    assertArrayEquals(sent.index().id(GUEST), new VisitedPages(atDestination).index().id(GUEST));
    atSource.forEach(ChannelHistory::close);
    atDestination.forEach(ChannelHistory::close);
  }
}
