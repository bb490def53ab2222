package io.novacron.dwcp.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.page.PageSize;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BatchBuilderTest {

  @Test
  void refusesBytesWhileThePoolIsExhaustedAndGoesOnWhenABatchComesBack() {
    BatchPool pool = new BatchPool(1);
    Batch only = pool.tryTake();
    BatchBuilder builder = new BatchBuilder(pool, GeneratedStream.opaque());
    ByteBuffer bytes = ByteBuffer.allocate(10);
    assertFalse(builder.append(bytes));
    assertFalse(builder.isFull());
    assertTrue(builder.isEmpty());
    assertNull(builder.take());
    assertEquals(10, bytes.remaining());
    pool.give(only);
    assertTrue(builder.append(bytes));
    assertEquals(10, builder.rawBytes());
  }

  @Test
  void stopsAtAFullBatchAndLeavesTheRestInTheBuffer() {
    BatchBuilder builder = new BatchBuilder(new BatchPool(2), GeneratedStream.opaque());
    ByteBuffer bytes = ByteBuffer.allocate(Batch.RAW_BYTES + 5);
    assertFalse(builder.append(bytes));
    assertTrue(builder.isFull());
    assertEquals(5, bytes.remaining());
    assertEquals(Batch.RAW_BYTES, builder.take().rawBytes());
    assertTrue(builder.append(bytes));
    assertEquals(5, builder.take().rawBytes());
    assertTrue(builder.isEmpty());
  }

  @Test
  void movesTheBegunPageOfAFullBatchToTheNext() {
    long start = Batch.RAW_BYTES - 100;
    BatchBuilder builder = new BatchBuilder(new BatchPool(2), GeneratedStream.announcing(start));
    ByteBuffer bytes = ByteBuffer.allocate(Batch.RAW_BYTES + PageSize.BYTES);
    builder.append(bytes);
    assertEquals(Batch.RAW_BYTES - 100, builder.take().rawBytes());
    assertEquals(100, builder.rawBytes());
    builder.append(bytes);
    Batch next = builder.take();
    assertEquals(1, next.pageCount());
    assertEquals(0, next.pageOffsets[0]);
    assertEquals(PageSize.BYTES + 100, next.rawBytes());
  }

  @Test
  void sendsTheBegunPageAsLiteralWhenThePoolHasNoBatchForIt() {
    BatchBuilder builder =
        new BatchBuilder(new BatchPool(1), GeneratedStream.announcing(Batch.RAW_BYTES - 100));
    builder.append(ByteBuffer.allocate(Batch.RAW_BYTES + PageSize.BYTES));
    Batch full = builder.take();
    assertEquals(Batch.RAW_BYTES, full.rawBytes());
    assertEquals(0, full.pageCount());
    assertTrue(builder.isEmpty());
  }

  @Test
  void sendsTheBegunPageAsLiteralOnAFlush() {
    BatchBuilder builder = new BatchBuilder(new BatchPool(2), GeneratedStream.announcing(50));
    builder.append(ByteBuffer.allocate(1000));
    Batch flushed = builder.take();
    assertEquals(1000, flushed.rawBytes());
    assertEquals(0, flushed.pageCount());
    builder.append(ByteBuffer.allocate(PageSize.BYTES));
    assertEquals(0, builder.take().pageCount());
  }

  @Test
  void keepsThePageThatBeginsWithTheNextBatch() {
    BatchBuilder builder = new BatchBuilder(new BatchPool(2), GeneratedStream.announcing(1000));
    builder.append(ByteBuffer.allocate(1000));
    builder.take();
    builder.append(ByteBuffer.allocate(PageSize.BYTES));
    assertEquals(1, builder.take().pageCount());
  }

  @Test
  void passesOverAnnouncementsThatOverlapOrLieBehind() {
    long second = 2L * PageSize.BYTES;
    BatchBuilder builder =
        new BatchBuilder(
            new BatchPool(2),
            GeneratedStream.announcingAtOnce(
                0, 1, 4095, second, second, 8, -5, Long.MIN_VALUE, Long.MAX_VALUE));
    builder.append(ByteBuffer.allocate(4 * PageSize.BYTES));
    Batch batch = builder.take();
    assertEquals(2, batch.pageCount());
    assertEquals(0, batch.pageOffsets[0]);
    assertEquals(second, batch.pageOffsets[1]);
  }

  @Test
  void poolRefusesABatchGivenBackTwice() {
    BatchPool pool = new BatchPool(2);
    Batch batch = pool.tryTake();
    pool.give(batch);
    assertThrows(IllegalStateException.class, () -> pool.give(batch));
  }
}
