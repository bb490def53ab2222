package io.novacron.dwcp.encoding;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Vectors made with another program from the description of BatchFormat. Append only. */
class BatchFormatTest {

  /** "abc", two zero pages, "d". */
  private static final String LITERALS_AND_ZEROES =
      "00000003000020040000000733e6c54f9a29864f9470b9b21f2d29c5a298d1f6b029f0f22425b174520e0291"
          + "0c0a0461626364";

  /** A page of 'A', twice: the header and tokens; the page follows. */
  private static final String PAGE_AND_REFERENCE =
      "000000020000200000001003288fb6a0f7a311c40bc9a9fb370f5613309753b23048489afb9c4f6742d09207"
          + "050700";

  private static final String CHAIN_AFTER_BOTH =
      "f33229a2e0eb84c61d60b7a704695b19b01a8d63d8c4d145cce0fc92f799d620";

  /** After a page of 'A': "x", and that page with BBB from 10 on and a C as its last byte. */
  private static final String LITERAL_AND_DELTA =
      "00000002000010010000000f58f852a9574c2f350b66800a892a5e8323f28088426e7b2477a47507c58a462b"
          + "0400010078030a01f21f0003030302";

  private static final String CHAIN_AFTER_DELTA =
      "b2d488620d0f4da90ddca5f18b598036e1aaf1b0d75c2562ba3d57e1c71799f9";

  @Test
  void writesAndReadsTheVectorOfADelta() throws CorruptBatchException {
    byte[] old = new byte[PageSize.BYTES];
    Arrays.fill(old, (byte) 'A');
    byte[] current = old.clone();
    Arrays.fill(current, 10, 13, (byte) 'B');
    current[PageSize.BYTES - 1] = 'C';
    BatchBuilder builder =
        new BatchBuilder(
            new BatchPool(2),
            RewrittenGuest.announcing(new long[] {0, PageSize.BYTES + 1}, new long[] {9, 9}));
    builder.append(ByteBuffer.wrap(old));
    Batch first = builder.take();
    builder.append(ByteBuffer.allocate(PageSize.BYTES + 1).put((byte) 'x').put(current).flip());
    Batch second = builder.take();
    try (RoundTrip trip = new RoundTrip(16, new Random(1))) {
      List<ByteBuffer> payloads = trip.encode(List.of(first, second), List.of(new StoredCodec()));
      assertEquals(LITERAL_AND_DELTA, hex(payloads.get(1)));
      trip.decode(payloads);
      assertEquals(CHAIN_AFTER_DELTA, HexFormat.of().formatHex(trip.decoder.chainDigest()));
    }
  }

  @Test
  void writesAndReadsTheVectors() throws CorruptBatchException {
    byte[] first = new byte[4 + 2 * PageSize.BYTES];
    first[0] = 'a';
    first[1] = 'b';
    first[2] = 'c';
    first[first.length - 1] = 'd';
    byte[] second = new byte[2 * PageSize.BYTES];
    Arrays.fill(second, (byte) 'A');
    long secondStart = first.length;
    BatchBuilder builder =
        new BatchBuilder(
            new BatchPool(2),
            GeneratedStream.announcing(
                3, 3 + PageSize.BYTES, secondStart, secondStart + PageSize.BYTES));
    builder.append(ByteBuffer.wrap(first));
    Batch firstBatch = builder.take();
    builder.append(ByteBuffer.wrap(second));
    Batch secondBatch = builder.take();
    try (RoundTrip trip = new RoundTrip(4, new Random(1))) {
      List<ByteBuffer> payloads =
          trip.encode(List.of(firstBatch, secondBatch), List.of(new StoredCodec()));
      assertEquals(LITERALS_AND_ZEROES, hex(payloads.get(0)));
      String pageHex = HexFormat.of().formatHex("A".repeat(PageSize.BYTES).getBytes(US_ASCII));
      assertEquals(PAGE_AND_REFERENCE + pageHex, hex(payloads.get(1)));
      trip.decode(payloads);
      assertEquals(CHAIN_AFTER_BOTH, HexFormat.of().formatHex(trip.encoder.chainDigest()));
      assertEquals(CHAIN_AFTER_BOTH, HexFormat.of().formatHex(trip.decoder.chainDigest()));
    }
  }

  private static String hex(ByteBuffer payload) {
    byte[] bytes = new byte[payload.remaining()];
    payload.get(payload.position(), bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void readsBackVarintsOfEveryLengthAndRefusesLongerOnes() throws CorruptBatchException {
    int largest = BatchFormat.MAX_HISTORY_PAGES - 1;
    for (int value : new int[] {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, largest}) {
      ByteBuffer bytes = ByteBuffer.allocate(BatchFormat.MAX_VARINT_BYTES);
      BatchFormat.putVarint(bytes, value);
      assertEquals(value, BatchFormat.takeVarint(bytes.flip()));
      assertEquals(0, bytes.remaining());
      bytes.limit(bytes.limit() - 1).rewind();
      assertThrows(CorruptBatchException.class, () -> BatchFormat.takeVarint(bytes));
    }
    ByteBuffer tooLong = ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, 0});
    assertThrows(CorruptBatchException.class, () -> BatchFormat.takeVarint(tooLong));
  }
}
