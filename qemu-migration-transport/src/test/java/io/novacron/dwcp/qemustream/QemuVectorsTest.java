package io.novacron.dwcp.qemustream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.ParserRun;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Streams that QEMU itself wrote; src/test/resources/vectors/qemustream/README.txt tells how. The
 * expected number of pages is QEMU's own count of normal pages, from query-migrate.
 */
class QemuVectorsTest {
  private static final List<StreamPhase> PRECOPY =
      List.of(StreamPhase.SETUP, StreamPhase.BULK, StreamPhase.SWITCHOVER);
  private static final List<StreamPhase> POSTCOPY =
      List.of(StreamPhase.SETUP, StreamPhase.BULK, StreamPhase.SWITCHOVER, StreamPhase.POSTCOPY);

  @ParameterizedTest
  @CsvSource({
    "7.2/plain-paused,19",
    "7.2/precopy,275",
    "7.2/advised-hugepages,19",
    "7.2/ignore-shared,19",
    "7.2/virtio-mem,276",
    "10.0/plain-paused,20",
    "10.0/precopy,628",
    "10.0/xbzrle,276",
    "10.0/advised-hugepages,20",
    "10.0/ignore-shared,20",
    "10.0/virtio-mem,276",
  })
  void findsEachPageOfPrecopy(String vector, int normalPages) {
    ParserRun run = parse(vector);

    assertEquals("qemu-main", run.description());
    assertEquals(PRECOPY, run.phases());
    assertEquals(normalPages, run.pages().size());
  }

  @ParameterizedTest
  @CsvSource({"7.2/postcopy,275", "10.0/postcopy,372", "7.2/preempt-0,275", "10.0/preempt-0,368"})
  void findsEachPageOfPostcopy(String vector, int normalPages) {
    ParserRun run = parse(vector);

    assertEquals("qemu-main", run.description());
    assertEquals(POSTCOPY, run.phases());
    assertEquals(normalPages, run.pages().size());
  }

  @ParameterizedTest
  @CsvSource({"7.2,276", "10.0,532"})
  // 7.2 counted 275; but 1,153,344 bytes of packets are 17 headers of 1,344 bytes and 276 pages.
  void findsEachPageOfMultifdOnTheChannels(String version, int normalPages) {
    ParserRun main = parse(version + "/multifd-0");
    ParserRun first = parse(version + "/multifd-1");
    ParserRun second = parse(version + "/multifd-2");

    assertEquals("qemu-main", main.description());
    assertEquals(PRECOPY, main.phases());
    assertEquals("qemu-multifd", first.description());
    assertEquals(List.of(StreamPhase.SETUP, StreamPhase.BULK), first.phases());
    assertEquals("qemu-multifd", second.description());
    assertEquals(normalPages, main.pages().size() + first.pages().size() + second.pages().size());
  }

  @ParameterizedTest
  @CsvSource({
    "7.2/multifd-zstd-1",
    "7.2/multifd-zstd-2",
    "10.0/multifd-zstd-1",
    "10.0/multifd-zstd-2"
  })
  void passesOverCompressedMultifdPackets(String vector) {
    ParserRun run = parse(vector);

    assertEquals("qemu-multifd", run.description());
    assertEquals(List.of(), run.pages());
  }

  @ParameterizedTest
  @CsvSource({"7.2/preempt-1", "10.0/preempt-1"})
  void leavesThePreemptChannelOpaque(String vector) {
    assertEquals(StreamPhase.OPAQUE, parse(vector).phases().getLast());
  }

  /** The guest writes each page's address into it, its firmware has each page numbered. */
  @ParameterizedTest
  @CsvSource({
    "7.2/plain-paused,0,16",
    "7.2/precopy,250,16",
    "7.2/multifd-1,50,0",
    "7.2/multifd-2,50,0",
    "7.2/postcopy,250,16",
    "7.2/virtio-mem,250,16",
    "10.0/plain-paused,0,16",
    "10.0/precopy,600,16",
    "10.0/xbzrle,250,16",
    "10.0/multifd-1,50,0",
    "10.0/multifd-2,50,0",
    "10.0/postcopy,350,16",
    "10.0/virtio-mem,250,16",
  })
  void findsPagesThatHoldTheContentOfTheirAddress(String vector, int leastMarked, int firmware) {
    byte[] stream = ParserRun.vector("qemustream/" + vector);
    List<Long> guestPages = new ArrayList<>();
    List<Long> firmwarePages = new ArrayList<>();
    for (ParserRun.Page page : parse(vector).pages()) {
      ByteBuffer content =
          ByteBuffer.wrap(stream, (int) page.streamOffset(), PageSize.BYTES)
              .slice()
              .order(ByteOrder.LITTLE_ENDIAN);
      long offset = page.pageAddress() & 0xffff_ffff_ffffL;
      if (page.pageAddress() == addressIn("pc.ram", offset) && isGuestWritten(offset)) {
        long marked = (content.getShort(8) & 0xffffL) * 16 + (content.getShort(10) & 0xffffL);
        assertEquals(offset, marked, "address that the guest wrote into the page");
        guestPages.add(offset);
      } else if (page.pageAddress() == addressIn("pc.bios", offset)) {
        assertEquals("ROMp", StandardCharsets.US_ASCII.decode(content.slice(3584, 4)).toString());
        assertEquals(offset / PageSize.BYTES, content.get(3588));
        firmwarePages.add(offset);
      }
    }
    assertTrue(guestPages.size() >= leastMarked, "guest pages: " + guestPages.size());
    assertTrue(firmwarePages.size() >= firmware, "firmware pages: " + firmwarePages.size());
  }

  private static boolean isGuestWritten(long offset) {
    return offset >= 0x10000 && offset < 0x90000;
  }

  @ParameterizedTest
  @CsvSource({
    "7.2/precopy",
    "7.2/multifd-1",
    "7.2/postcopy",
    "7.2/virtio-mem",
    "10.0/xbzrle",
    "10.0/multifd-1",
    "10.0/multifd-2",
    "10.0/preempt-0",
    "10.0/virtio-mem",
    "10.0/ignore-shared",
  })
  void findsTheSamePagesHoweverTheStreamIsCut(String vector) {
    byte[] stream = ParserRun.vector("qemustream/" + vector);
    List<ParserRun.Page> pages = parse(vector).pages();
    for (long seed = 0; seed < 20; seed++) {
      int most = seed % 2 == 0 ? 20_000 : 700;
      ParserRun cut = ParserRun.of(MigrationStreamParser::new, stream, cuts(stream, seed, most));
      assertEquals(pages, cut.pages(), "seed " + seed);
    }
  }

  @ParameterizedTest
  @CsvSource({"7.2/precopy", "7.2/multifd-1", "10.0/xbzrle", "10.0/multifd-2", "10.0/virtio-mem"})
  void survivesDamagedStreams(String vector) {
    byte[] stream = ParserRun.vector("qemustream/" + vector);
    ParserRun.assertSurvivesMutations(MigrationStreamParser::new, stream, 20261122, 300);
  }

  private static int[] cuts(byte[] stream, long seed, int mostBytes) {
    Random random = new Random(seed);
    List<Integer> cuts = new ArrayList<>();
    for (int at = 0; at < stream.length; at += 1 + random.nextInt(mostBytes)) {
      cuts.add(at);
    }
    return cuts.stream().mapToInt(Integer::intValue).toArray();
  }

  private static long addressIn(String block, long offset) {
    byte[] id = block.getBytes(StandardCharsets.US_ASCII);
    return RamBlocks.pageAddress(RamBlocks.idHash(ByteBuffer.wrap(id), 0, id.length), offset);
  }

  private static ParserRun parse(String vector) {
    return ParserRun.byteByByte(
        MigrationStreamParser::new, ParserRun.vector("qemustream/" + vector));
  }
}
