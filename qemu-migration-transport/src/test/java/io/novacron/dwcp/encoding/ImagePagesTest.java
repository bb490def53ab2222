package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.ResidueCodec;
import io.novacron.dwcp.testing.MadeImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that are blocks of an image which both hosts have. */
class ImagePagesTest {
  private static final UUID GUEST = new UUID(5, 6);
  private static final List<ResidueCodec> CODECS = List.of(new StoredCodec(), new ZstdCodec(1));

  private static List<ByteBuffer> send(RoundTrip trip, GeneratedStream stream, Random random) {
    List<Batch> batches = trip.cut(stream.bytes, stream.parser(), random.nextInt(1, 40));
    List<ByteBuffer> payloads = new ArrayList<>();
    for (int from = 0; from < batches.size(); ) {
      int to = Math.min(batches.size(), from + random.nextInt(1, 5));
      payloads.addAll(trip.encode(batches.subList(from, to), CODECS));
      from = to;
    }
    return payloads;
  }

  private static MadeImage imageOf(GeneratedStream stream) {
    return MadeImage.of(stream.bytes, stream.parser());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 60, 5000})
  void everyPageIsReadFromTheImagesAndTheOutputIsEqual(int historyPages)
      throws CorruptBatchException {
    for (int round = 0; round < 10; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      GeneratedStream stream = new GeneratedStream(random, random.nextInt(2, 200));
      MadeImage whole = imageOf(stream);
      int cut = random.nextInt(whole.pages());
      MadeImage first = whole.part(0, cut);
      MadeImage second = whole.part(cut, whole.pages());
      try (RoundTrip trip = new RoundTrip(historyPages, random)) {
        trip.encoder.useImages(List.of(first.index(), second.index()));
        trip.decoder.useImages(List.of(first.index(), second.index()));
        assertArrayEquals(stream.bytes, trip.decode(send(trip, stream, random)), "seed " + seed);
        assertArrayEquals(trip.encoder.chainDigest(), trip.decoder.chainDigest());
        assertEquals(trip.encoder.pageCounts(), trip.decoder.pageCounts(), "seed " + seed);
        PageCounts counts = trip.encoder.pageCounts();
        assertEquals(0, counts.full() + counts.delta() + counts.reference(), "seed " + seed);
        assertTrue(whole.pages() == 0 || counts.image() + counts.zero() > 0);
      }
      assertEquals(0, first.holders() + second.holders() + whole.holders());
    }
  }

  @Test
  void whatAnImageHasNotTravelsAsWithoutIt() throws CorruptBatchException {
    for (int round = 0; round < 20; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      GeneratedStream stream = new GeneratedStream(random, 150);
      MadeImage image = imageOf(stream).part(20, 70);
      try (RoundTrip trip = new RoundTrip(random.nextInt(200), random)) {
        trip.encoder.useImages(List.of(image.index()));
        trip.decoder.useImages(List.of(image.index()));
        assertArrayEquals(stream.bytes, trip.decode(send(trip, stream, random)), "seed " + seed);
        assertEquals(trip.encoder.pageCounts(), trip.decoder.pageCounts(), "seed " + seed);
        assertTrue(trip.encoder.pageCounts().image() > 0);
        assertTrue(trip.encoder.pageCounts().full() > 0);
      }
    }
  }

  /** Both ends must leave the pages of the image out of what they keep, by the same rule. */
  @Test
  void bothEndsKeepTheSameBaselineBesideAnImage() throws CorruptBatchException {
    for (int round = 0; round < 10; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      RewrittenGuest guest = new RewrittenGuest(random, 100, 900);
      guest.sendAll().rewriteAnyhow(100);
      MadeImage image = MadeImage.of(guest.bytes(), guest.parser()).part(10, 60);
      BaselinePages[] first = visit(guest, random, null, image, "seed " + seed);
      assertArrayEquals(first[0].id(), first[1].id(), "seed " + seed);
      guest.nextVisit().sendAll().rewriteAnyhow(200);
      BaselinePages[] second = visit(guest, random, first, image, "seed " + seed);
      assertArrayEquals(second[0].id(), second[1].id(), "seed " + seed);
      for (BaselinePages each : List.of(first[0], first[1], second[0], second[1])) {
        each.close();
      }
      assertEquals(0, image.holders());
    }
  }

  private static BaselinePages[] visit(
      RewrittenGuest guest, Random random, BaselinePages[] held, MadeImage image, String where)
      throws CorruptBatchException {
    RoundTrip trip = new RoundTrip(300, random, guest.parser());
    if (held != null) {
      trip.encoder.useBaseline(held[1].retain(), new BitSet());
      trip.decoder.useBaseline(held[0].retain());
    }
    trip.encoder.useImages(List.of(image.index()));
    trip.decoder.useImages(List.of(image.index()));
    List<Batch> batches = trip.cut(guest.bytes(), guest.parser(), 5);
    List<ByteBuffer> payloads = new ArrayList<>();
    for (Batch each : batches) {
      payloads.addAll(trip.encode(List.of(each), CODECS));
    }
    assertArrayEquals(guest.bytes(), trip.decode(payloads), where);
    assertEquals(trip.encoder.pageCounts(), trip.decoder.pageCounts(), where);
    assertTrue(trip.encoder.pageCounts().image() > 0, where);
    return new BaselinePages[] {loaded(trip.encoder.handOver()), loaded(trip.decoder.handOver())};
  }

  private static BaselinePages loaded(ChannelHistory history) {
    assertNotNull(history);
    try (history) {
      return BaselinePages.of(new VisitedPages(List.of(history)), GUEST);
    }
  }

  /** The file was written to after its index was made. */
  @Test
  void aBlockThatIsNotAsItWasIsNeverDelivered() {
    Random random = new Random(7);
    GeneratedStream stream = new GeneratedStream(random, 50);
    MadeImage image = imageOf(stream);
    try (RoundTrip trip = new RoundTrip(60, random)) {
      trip.encoder.useImages(List.of(image.index()));
      trip.decoder.useImages(List.of(image.index()));
      List<ByteBuffer> payloads = send(trip, stream, random);
      for (int block = 0; block < image.pages(); block++) {
        image.overwrite(block);
      }
      CorruptBatchException e =
          assertThrows(CorruptBatchException.class, () -> trip.decode(payloads));
      assertTrue(e.getMessage().contains("the guest's image"), e::getMessage);
    }
    assertEquals(0, image.holders());
  }

  @Test
  void refusesReferencesBehindTheLastBlockAndToZeroes() throws CorruptBatchException {
    byte[] blocks = new byte[3 * PageSize.BYTES];
    blocks[0] = 1;
    blocks[2 * PageSize.BYTES] = 2;
    MadeImage image = new MadeImage(blocks);
    for (int slot : new int[] {11, 13, 14, (1 << 28) - 1}) {
      try (DestinationDecoder decoder =
          new DestinationDecoder(10, RoundTrip.anyKernels(new Random(slot)))) {
        decoder.useImages(List.of(image.index()));
        try (UnpackedBatch batch = decoder.unpack(reference(BatchFormat.REFERENCE, slot))) {
          assertTrue(batch.namesFiles());
          assertThrows(CorruptBatchException.class, () -> decoder.readFiles(batch), "" + slot);
          assertThrows(
              CorruptBatchException.class,
              () -> decoder.assemble(batch, ByteBuffer.allocate(PageSize.BYTES)));
        }
      }
    }
    assertEquals(0, image.holders());
  }

  @Test
  void refusesADeltaOfABlock() throws CorruptBatchException {
    byte[] blocks = new byte[PageSize.BYTES];
    blocks[0] = 1;
    MadeImage image = new MadeImage(blocks);
    try (DestinationDecoder decoder =
        new DestinationDecoder(10, RoundTrip.anyKernels(new Random(1)))) {
      decoder.useImages(List.of(image.index()));
      try (UnpackedBatch batch = decoder.unpack(reference(BatchFormat.DELTA, 10))) {
        assertThrows(
            CorruptBatchException.class,
            () -> decoder.assemble(batch, ByteBuffer.allocate(PageSize.BYTES)));
      }
    }
  }

  /** What was not read must not be made of what another batch left. */
  @Test
  void refusesToAssembleWhatWasNotRead() throws CorruptBatchException {
    Random random = new Random(3);
    GeneratedStream stream = new GeneratedStream(random, 30);
    MadeImage image = imageOf(stream);
    try (RoundTrip trip = new RoundTrip(60, random)) {
      trip.encoder.useImages(List.of(image.index()));
      trip.decoder.useImages(List.of(image.index()));
      List<ByteBuffer> payloads = send(trip, stream, random);
      for (ByteBuffer each : Collections.nCopies(2, payloads.getFirst())) {
        try (UnpackedBatch batch = trip.decoder.unpack(each)) {
          if (batch.namesFiles()) {
            assertThrows(
                CorruptBatchException.class,
                () -> trip.decoder.assemble(batch, ByteBuffer.allocate(Batch.RAW_BYTES)));
          }
        }
      }
    }
  }

  private static ByteBuffer reference(int kind, int slot) {
    ByteBuffer residue = ByteBuffer.allocate(16);
    BatchFormat.putToken(residue, kind, 1);
    BatchFormat.putVarint(residue, slot);
    if (kind == BatchFormat.DELTA) {
      residue.put((byte) 0); // no byte differs
    }
    residue.flip();
    ByteBuffer payload = ByteBuffer.allocateDirect(100);
    payload.putShort((short) 0).putShort((short) 1).putInt(PageSize.BYTES);
    return payload.putInt(residue.remaining()).put(new byte[32]).put(residue).flip();
  }
}
