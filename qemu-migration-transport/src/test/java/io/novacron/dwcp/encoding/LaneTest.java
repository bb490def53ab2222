package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.kernels.JavaPageKernels;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches in a lane and batches that stand alone, from encoder to decoder. */
class LaneTest {
  private static final int HISTORY_PAGES = 300;

  private final SourceEncoder encoder =
      new SourceEncoder(HISTORY_PAGES, new JavaPageKernels(), new ZstdLaneCodec(), BatchForms.ALL);
  private final DestinationDecoder decoder =
      new DestinationDecoder(HISTORY_PAGES, new JavaPageKernels(), null, new ZstdLaneCodec());

  @AfterEach
  void close() {
    encoder.close();
    decoder.close();
  }

  private List<Batch> referenced(GeneratedStream stream) {
    List<Batch> batches = new ArrayList<>();
    BatchBuilder builder = new BatchBuilder(new BatchPool(10_000), stream.parser());
    ByteBuffer in = ByteBuffer.wrap(stream.bytes);
    while (!builder.append(in)) {
      batches.add(builder.take());
    }
    while (!builder.isEmpty()) {
      batches.add(builder.take());
    }
    for (Batch batch : batches) {
      encoder.digest(batch);
      encoder.reference(batch);
    }
    return batches;
  }

  private ByteBuffer encoded(Batch batch, int effort) {
    ByteBuffer payload = ByteBuffer.allocateDirect(SourceEncoder.maxPayloadBytes());
    int length =
        effort == LaneChoice.ALONE
            ? encoder.encode(batch, new ZstdCodec(1), payload)
            : encoder.encodeInLane(batch, effort, payload);
    assertEquals(length, payload.position());
    return payload.flip();
  }

  /** Those that stand alone first, in any order; the lane's in order. */
  private List<UnpackedBatch> unpacked(List<ByteBuffer> payloads, Random random)
      throws CorruptBatchException {
    List<UnpackedBatch> unpacked = new ArrayList<>(Collections.nCopies(payloads.size(), null));
    List<Integer> alone = new ArrayList<>();
    for (int i = 0; i < payloads.size(); i++) {
      if (!DestinationDecoder.isInLane(payloads.get(i))) {
        alone.add(i);
      }
    }
    Collections.shuffle(alone, random);
    for (int i : alone) {
      unpacked.set(i, decoder.unpack(payloads.get(i)));
    }
    for (int i = 0; i < payloads.size(); i++) {
      if (unpacked.get(i) == null) {
        unpacked.set(i, decoder.unpack(payloads.get(i)));
      }
    }
    return unpacked;
  }

  private byte[] assembled(List<UnpackedBatch> unpacked) throws CorruptBatchException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (UnpackedBatch batch : unpacked) {
      ByteBuffer out = ByteBuffer.allocate(batch.rawBytes());
      decoder.assemble(batch, out);
      batch.close();
      bytes.writeBytes(out.array());
    }
    return bytes.toByteArray();
  }

  @Test
  void givesBackTheSameBytesWhicheverBatchesAreInTheLane() throws CorruptBatchException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    GeneratedStream stream = new GeneratedStream(random, 1500);
    List<ByteBuffer> payloads = new ArrayList<>();
    int inLane = 0;
    for (Batch batch : referenced(stream)) {
      int effort = random.nextInt(3) == 0 ? LaneChoice.ALONE : random.nextInt(12) / 11;
      payloads.add(encoded(batch, effort));
      inLane += DestinationDecoder.isInLane(payloads.getLast()) ? 1 : 0;
    }
    assertTrue(inLane > 3, "seed " + seed);
    assertArrayEquals(stream.bytes, assembled(unpacked(payloads, random)), "seed " + seed);
    assertArrayEquals(encoder.chainDigest(), decoder.chainDigest());
    assertEquals(encoder.residueBytes(), decoder.residueBytes());
  }

  private List<ByteBuffer> allInLane() {
    List<ByteBuffer> payloads = new ArrayList<>();
    for (Batch batch : referenced(new GeneratedStream(new Random(7), 600))) {
      payloads.add(encoded(batch, 0));
    }
    assertTrue(payloads.size() > 4);
    return payloads;
  }

  /** Whichever check finds it, nothing of it is delivered. */
  private void refuses(List<ByteBuffer> payloads) {
    assertThrows(CorruptBatchException.class, () -> assembled(unpacked(payloads, new Random(1))));
  }

  @Test
  void refusesALaneOutOfOrder() {
    List<ByteBuffer> payloads = allInLane();
    Collections.swap(payloads, 1, 2);
    refuses(payloads);
  }

  @Test
  void refusesALaneWithAGap() {
    List<ByteBuffer> payloads = allInLane();
    payloads.remove(1);
    refuses(payloads);
  }

  @Test
  void refusesABatchThatComesTwice() {
    List<ByteBuffer> payloads = allInLane();
    payloads.add(1, payloads.get(1));
    refuses(payloads);
  }

  @Test
  void decodesNothingOfALaneThatWasCorruptOnce() throws CorruptBatchException {
    List<ByteBuffer> payloads = allInLane();
    decoder.unpack(payloads.getFirst()).close();
    ByteBuffer second = payloads.get(1);
    ByteBuffer cut = second.duplicate().limit(second.limit() - 5);
    assertThrows(CorruptBatchException.class, () -> decoder.unpack(cut));
    String said =
        assertThrows(CorruptBatchException.class, () -> decoder.unpack(second)).getMessage();
    assertTrue(said.contains("corrupt since a batch before"), said);
  }

  @Test
  void refusesALaneOnAChannelThatHasNone() {
    ByteBuffer payload = allInLane().getFirst();
    try (DestinationDecoder without =
        new DestinationDecoder(HISTORY_PAGES, new JavaPageKernels())) {
      assertThrows(CorruptBatchException.class, () -> without.unpack(payload));
    }
  }

  @Test
  void encodesInNoLaneThatItDoesNotHave() {
    try (SourceEncoder without = new SourceEncoder(8, new JavaPageKernels())) {
      assertFalse(without.hasLane());
      Batch batch = referenced(new GeneratedStream(new Random(1), 3)).getFirst();
      ByteBuffer payload = ByteBuffer.allocateDirect(SourceEncoder.maxPayloadBytes());
      assertThrows(IllegalStateException.class, () -> without.encodeInLane(batch, 0, payload));
    }
  }

  @Test
  void freesALaneOnlyWhenNoOneIsInIt() {
    List<String> events = new ArrayList<>();
    Lane<AutoCloseable> lane = new Lane<>(() -> () -> events.add("freed"));
    lane.enter();
    assertThrows(IllegalStateException.class, lane::enter);
    lane.close();
    assertEquals(List.of(), events);
    lane.leave();
    lane.close();
    assertEquals(List.of("freed"), events);
    assertThrows(IllegalStateException.class, lane::enter);
  }

  @Test
  void countsLiteralsAndNewPagesAsNewBytes() {
    Random random = new Random(5);
    GeneratedStream stream = new GeneratedStream(random, 200);
    long newBytes = referenced(stream).stream().mapToLong(Batch::newBytes).sum();
    PageCounts counts = encoder.pageCounts();
    assertEquals(counts.literalBytes() + 4096 * counts.full(), newBytes);
  }
}
