package io.novacron.dwcp.qemustream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.page.ParserRun;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultifdStreamParserTest {
  private static final int SYNC = 1;
  private static final int ZSTD = 2 << 1;
  private static final int QATZIP = 16 << 1;
  private static final int DEVICE_STATE = 1 << 6;
  private static final int SLOTS = 128;

  @Test
  void findsNormalPagesAndPassesOverZeroPages() {
    StreamWriter stream = channel();
    packet(stream, 0, SLOTS, 2, 8192, 0x1000, 0x5000);
    stream.content("pc.ram", 0x1000).content("pc.ram", 0x5000);
    packet(stream, 0, SLOTS, 0, 0, 0x9000);
    packet(stream, SYNC, SLOTS, 1, 4096, 0x2000);
    stream.content("pc.ram", 0x2000);

    assertPages(stream);
  }

  @Test
  void countsZeroPagesAsQemu90NamesThem() {
    StreamWriter stream = channel();
    packet(stream, 0, SLOTS, 0, 0, 0x9000); // until 8.x: no count
    stream.u32(0x11223344).u32(1).u32(0).u32(SLOTS).u32(0).u32(0);
    stream.u64(17).u32(3).fill(28, 0).text("pc.ram").fill(250, 0).fill(8 * SLOTS, 0);
    stream.u32(0x11223344).u32(1).u32(0).u32(SLOTS).u32(0).u32(0);
    stream.u64(18).u32(-1).fill(28, 0).text("pc.ram").fill(250, 0).fill(8 * SLOTS, 0);
    MigrationStreamParser parser = new MigrationStreamParser();
    parser.parse(ByteBuffer.wrap(stream.stream()), (offset, address) -> {});
    assertEquals(3, parser.zeroPageRecords());
  }

  @Test
  void takesNoPayloadFromTheStaleLengthOfASyncPacket() {
    StreamWriter stream = channel();
    packet(stream, 0, SLOTS, 1, 4096, 0x1000);
    stream.content("pc.ram", 0x1000);
    packet(stream, SYNC, SLOTS, 0, 4096);
    packet(stream, 0, SLOTS, 1, 4096, 0x2000);
    stream.content("pc.ram", 0x2000);

    assertPages(stream);
  }

  @Test
  void knowsThatASyncPacketOfQemu100IsAsLongAsTheOthers() {
    StreamWriter stream = channel();
    packet(stream, SYNC, 0, 0, 0);
    packet(stream, 0, SLOTS, 1, 4096, 0x2000);
    stream.content("pc.ram", 0x2000);

    assertPages(stream);
  }

  @Test
  void passesOverCompressedPayloadAndDeviceState() {
    StreamWriter stream = channel();
    packet(stream, ZSTD, SLOTS, 2, 77, 0x1000, 0x2000);
    stream.fill(77, 0x11);
    packet(stream, QATZIP, SLOTS, 1, 4096, 0x1000);
    stream.fill(4096, 0x11);
    stream.u32(0x11223344).u32(1).u32(DEVICE_STATE).text("0000:00:03.0/vfio").fill(239, 0);
    stream.u32(0).u32(1000).fill(1000, 0x11);
    packet(stream, 0, SLOTS, 1, 4096, 0x2000);
    stream.content("pc.ram", 0x2000);

    assertPages(stream);
  }

  @Test
  void tellsOfNoPageThatIsNotOne() {
    StreamWriter stream = channel();
    packet(stream, 0, SLOTS, 2, 8192, 0x1001, -4096);
    stream.fill(8192, 1);
    packet(stream, 0, SLOTS, 2, 8191, 0x1000, 0x2000);
    stream.fill(8191, 1);

    assertPages(stream);
  }

  @Test
  void givesUpOnAPacketThatCannotBe() {
    assertGivesUp("version 2", new StreamWriter().u32(0x11223344).u32(2).fill(56, 0));
    assertGivesUp("magic 0x00000051", channel().u32(0x51).fill(8, 0));
    assertGivesUp("version 7", channel().u32(0x11223344).u32(7).u32(0));
    assertGivesUp("2 pages in 1 slots", packet(channel(), 0, 1, 2, 8192));
    assertGivesUp("0 pages in 1025 slots", packet(channel(), 0, 1025, 0, 0));
    assertGivesUp("0 pages in -1 slots", packet(channel(), 0, -1, 0, 0));
    assertGivesUp("-1 pages", packet(channel(), 0, SLOTS, -1, 0));
    assertGivesUp("payload of -1", packet(channel(), 0, SLOTS, 1, -1));
    assertGivesUp("payload of 1073741824", packet(channel(), 0, SLOTS, 1, 1 << 30));
  }

  @Test
  void survivesDamagedStreams() {
    StreamWriter stream = channel();
    packet(stream, 0, 2, 1, 4096, 0x1000);
    stream.content("pc.ram", 0x1000);
    packet(stream, SYNC, 2, 0, 4096);
    packet(stream, ZSTD, 2, 1, 10, 0x1000);
    stream.fill(10, 1);
    ParserRun.assertSurvivesMutations(MigrationStreamParser::new, stream.stream(), 3, 10_000);
  }

  private static StreamWriter channel() {
    return new StreamWriter().u32(0x11223344).u32(1).fill(16, 0xab).u8(1).fill(39, 0);
  }

  /** Slots that no offset is given for stay 0; a packet without slots has those of the others. */
  private static StreamWriter packet(
      StreamWriter to, int flags, int slots, int pages, int payload, long... offsets) {
    to.u32(0x11223344).u32(1).u32(flags).u32(slots).u32(pages).u32(payload);
    to.u64(17).fill(32, 0).text("pc.ram").fill(250, 0);
    for (int i = 0; i < (slots == 0 ? SLOTS : slots); i++) {
      to.u64(i < offsets.length ? offsets[i] : 0);
    }
    return to;
  }

  private static void assertPages(StreamWriter writer) {
    byte[] stream = writer.stream();
    ParserRun run = ParserRun.byteByByte(MigrationStreamParser::new, stream);
    assertEquals("qemu-multifd", run.description());
    assertEquals(writer.pages(), run.pages());
    assertEquals(List.of(StreamPhase.SETUP, StreamPhase.BULK), run.phases());
    ParserRun.assertSameAtEverySplit(MigrationStreamParser::new, stream);
    ParserRun.assertPrefixAtEveryTruncation(MigrationStreamParser::new, stream);
  }

  private static void assertGivesUp(String reason, StreamWriter writer) {
    byte[] stream = writer.fill(5000, 0).stream();
    ParserRun run = ParserRun.of(MigrationStreamParser::new, stream);
    assertEquals(StreamPhase.OPAQUE, run.phases().getLast());
    assertEquals(List.of(), run.pages());
    assertTrue(run.description().startsWith("opaque: gave up qemu-multifd before byte"), reason);
    assertTrue(run.description().contains(reason), run.description());
  }
}
