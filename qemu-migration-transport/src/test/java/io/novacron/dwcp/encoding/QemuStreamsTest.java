package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.nbd.NbdRequestParser;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.ParserRun;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.qemustream.MigrationStreamParser;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that QEMU itself wrote, through the real parsers, to the destination and back. */
class QemuStreamsTest {

  private static final int HISTORY_PAGES = 1000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qemustream/7.2/precopy",
        "qemustream/10.0/precopy",
        "qemustream/10.0/xbzrle",
        "qemustream/10.0/postcopy",
        "qemustream/10.0/multifd-1",
        "qemustream/10.0/virtio-mem",
        "qemustream/10.0/multifd-zstd-1",
        "nbd/10.0/mirror",
        "nbd/10.0/convert",
        "nbd/7.2/mirror"
      })
  void arriveByteForByteWhateverTheCuts(String vector) throws CorruptBatchException {
    byte[] stream = ParserRun.vector(vector);
    for (int seed = 1; seed <= 4; seed++) {
      Random random = new Random(seed);
      try (RoundTrip trip = new RoundTrip(HISTORY_PAGES, random)) {
        List<Batch> batches = trip.cut(stream, parser(vector), random.nextInt(1, 50));
        List<ByteBuffer> payloads = trip.encode(batches, List.of(new ZstdCodec(1)));
        assertArrayEquals(stream, trip.decode(payloads), "seed " + seed);
      }
    }
  }

  /** Without a flush in between, each page that the parser finds is encoded as a page. */
  @ParameterizedTest
  @ValueSource(
      strings = {"qemustream/10.0/precopy", "qemustream/10.0/multifd-1", "nbd/10.0/mirror"})
  void giveEveryPageToTheEncoder(String vector) {
    byte[] stream = ParserRun.vector(vector);
    int found = ParserRun.of(() -> parser(vector), stream).pages().size();
    try (RoundTrip trip = new RoundTrip(HISTORY_PAGES, new Random(1))) {
      List<Batch> batches = trip.cut(stream, parser(vector), Integer.MAX_VALUE);
      List<ByteBuffer> payloads = trip.encode(batches, List.of(new ZstdCodec(1)));
      PageCounts counts = trip.encoder.pageCounts();
      assertTrue(found > 0);
      assertEquals(
          found,
          counts.zero() + counts.reference() + counts.delta() + counts.full(),
          counts::toString);
      assertEquals(stream.length - (long) found * PageSize.BYTES, counts.literalBytes());
      int wireBytes = payloads.stream().mapToInt(ByteBuffer::remaining).sum();
      assertTrue(wireBytes < stream.length / 3, wireBytes + " of " + stream.length + " B");
    }
  }

  private static StreamParser parser(String vector) {
    return vector.startsWith("nbd") ? new NbdRequestParser() : new MigrationStreamParser();
  }
}
