package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The parallel steps on real threads, several channels at once over the same scratch pools. */
class PipelineTest {

  private static final int CHANNELS = 4;

  @Test
  void givesBackTheSameBytesWhenWorkersDoTheParallelSteps() throws Exception {
    long seed = System.nanoTime();
    try (ExecutorService workers = Executors.newFixedThreadPool(4);
        ExecutorService channels = Executors.newFixedThreadPool(CHANNELS)) {
      List<Future<?>> ended = new ArrayList<>();
      for (int channel = 0; channel < CHANNELS; channel++) {
        Random random = new Random(seed + channel);
        ended.add(
            channels.submit(() -> {
              migrate(workers, random, "seed " + seed);
              return true;
            }));
      }
      for (Future<?> end : ended) {
        end.get();
      }
    }
  }

  private static void migrate(ExecutorService workers, Random random, String where)
      throws Exception {
    GeneratedStream stream = new GeneratedStream(random, 1500);
    try (RoundTrip trip = new RoundTrip(400, random)) {
      List<Batch> batches = trip.cut(stream.bytes, stream.parser(), 10);
      List<Future<?>> digests = new ArrayList<>();
      batches.forEach(batch -> digests.add(workers.submit(() -> trip.encoder.digest(batch))));
      List<Future<ByteBuffer>> payloads = new ArrayList<>();
      for (int i = 0; i < batches.size(); i++) {
        digests.get(i).get();
        Batch batch = batches.get(i);
        trip.encoder.reference(batch);
        payloads.add(workers.submit(() -> encode(trip, batch)));
      }
      assertArrayEquals(stream.bytes, decode(trip, workers, payloads, stream.bytes.length), where);
    }
  }

  private static ByteBuffer encode(RoundTrip trip, Batch batch) {
    ByteBuffer payload = ByteBuffer.allocateDirect(SourceEncoder.maxPayloadBytes());
    trip.encoder.encode(batch, new ZstdCodec(1), payload);
    return payload.flip();
  }

  private static byte[] decode(
      RoundTrip trip, ExecutorService workers, List<Future<ByteBuffer>> payloads, int rawBytes)
      throws CorruptBatchException, InterruptedException, ExecutionException {
    List<Future<UnpackedBatch>> unpacked = new ArrayList<>();
    for (Future<ByteBuffer> payload : payloads) {
      unpacked.add(workers.submit(() -> trip.decoder.unpack(payload.get())));
    }
    ByteBuffer out = ByteBuffer.allocate(rawBytes);
    for (Future<UnpackedBatch> batch : unpacked) {
      trip.decoder.assemble(batch.get(), out);
      batch.get().close();
    }
    return out.array();
  }
}
