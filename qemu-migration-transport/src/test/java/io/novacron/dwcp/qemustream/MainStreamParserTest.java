package io.novacron.dwcp.qemustream;

import static io.novacron.dwcp.page.StreamPhase.BULK;
import static io.novacron.dwcp.page.StreamPhase.OPAQUE;
import static io.novacron.dwcp.page.StreamPhase.POSTCOPY;
import static io.novacron.dwcp.page.StreamPhase.SETUP;
import static io.novacron.dwcp.page.StreamPhase.SWITCHOVER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.page.ParserRun;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainStreamParserTest {
  private static final int RAM = 2;
  private static final int OTHER = 0x25;

  @Test
  void findsPagesOfAPlainStreamAsQemu72WritesIt() {
    StreamWriter stream =
        StreamWriter.main()
            .configuration("pc-i440fx-7.2")
            .command(1, 0)
            .command(2, 4)
            .twoBlocks(RAM)
            .section(SectionType.PART, RAM)
            .record(0, RamFlag.ZERO)
            .shortText("pc.ram")
            .u8(0)
            .nextPage("pc.ram", 0x1000)
            .page("pc.bios", 0xf000)
            .endRam(RAM)
            .section(SectionType.PART, RAM)
            .nextPage("pc.bios", 0)
            .record(0x3000, RamFlag.XBZRLE)
            .shortText("pc.ram")
            .u8(1)
            .u16(5)
            .fill(5, SectionType.FOOTER)
            .record(0x4000, RamFlag.COMPRESS_PAGE | RamFlag.CONTINUE)
            .u32(3)
            .fill(3, SectionType.FOOTER)
            .endRam(RAM)
            .section(SectionType.END, RAM)
            .nextPage("pc.ram", 0xff000)
            .endRam(RAM)
            .section(SectionType.FULL, OTHER, "timer", 2)
            .fill(300, 7)
            .footer(OTHER)
            .u8(SectionType.EOF);

    assertPages(stream, SETUP, BULK, SWITCHOVER);
  }

  @Test
  void readsAllThatAConfigurationMayHold() {
    StreamWriter stream =
        StreamWriter.main()
            .configuration("virt-10.0")
            .subsection("configuration/target-page-bits")
            .u32(12)
            .subsection("configuration/capabilities")
            .u32(2)
            .shortText("x-ignore-shared")
            .shortText("mapped-ram")
            .subsection("configuration/uuid")
            .fill(16, 0xee)
            .twoBlocks(RAM)
            .section(SectionType.PART, RAM)
            .page("pc.ram", 0)
            .endRam(RAM);

    assertPages(stream, SETUP, BULK);
  }

  @Test
  void readsBlockListsWithPageSizesAndAddressesThatNothingAnnounces() {
    StreamWriter stream =
        StreamWriter.main()
            .ramStart(RAM)
            .record(0x112000, RamFlag.MEM_SIZE)
            .shortText("pc.ram")
            .u64(0x100000)
            .u64(2 << 20)
            .u64(0)
            .shortText("empty")
            .u64(0)
            .u64(0xfe000000L)
            .shortText("pc.bios")
            .u64(0x10000)
            .u64(0xfffc0000L)
            .shortText("rom")
            .u64(0x2000)
            .u64(0x1000)
            .u64(0x1_0000_0000L)
            .record(0, RamFlag.MULTIFD_FLUSH)
            .endRam(RAM)
            .section(SectionType.PART, RAM)
            .page("rom", 0x1000)
            .page("pc.bios", 0xf000)
            .endRam(RAM);

    assertPages(stream, SETUP, BULK);
  }

  @Test
  void findsItsWayPastSectionsOfUnknownFormat() {
    StreamWriter stream =
        StreamWriter.main()
            .section(SectionType.START, OTHER, "0000:00:03.0/vfio", 1)
            .u64(0xffffffffef100003L)
            .footer(RAM)
            .u64(0xffffffffef100001L)
            .footer(OTHER)
            .twoBlocks(RAM)
            .section(SectionType.FULL, OTHER + 1, "virtio-mem-device-early", 1)
            .fill(20, SectionType.FOOTER)
            .footer(OTHER + 1)
            .section(SectionType.PART, RAM)
            .page("pc.ram", 0x1000)
            .endRam(RAM)
            .section(SectionType.PART, OTHER)
            .fill(100, 0)
            // Its own footer, but nothing that can follow it.
            .footer(OTHER)
            .u32(0x02000077)
            .fill(10, 0)
            .footer(OTHER)
            .command(3, 16)
            .section(SectionType.PART, RAM)
            .nextPage("pc.ram", 0x2000)
            .endRam(RAM);

    assertPages(stream, SETUP, BULK);
  }

  @Test
  void readsStreamsWithoutFooters() {
    StreamWriter stream =
        StreamWriter.main()
            .ramStart(RAM)
            .record(0x100000, RamFlag.MEM_SIZE)
            .shortText("pc.ram")
            .u64(0x100000)
            .record(0, RamFlag.EOS)
            .section(SectionType.PART, RAM)
            .page("pc.ram", 0x1000)
            .record(0, RamFlag.EOS)
            .section(SectionType.END, RAM)
            .nextPage("pc.ram", 0x2000)
            .record(0, RamFlag.EOS);

    assertPages(stream, SETUP, BULK, SWITCHOVER);
  }

  @Test
  void goesOnAfterThePackageOfPostcopy() {
    StreamWriter stream =
        StreamWriter.main()
            .command(3, 16)
            .twoBlocks(RAM)
            .section(SectionType.PART, RAM)
            .page("pc.ram", 0x1000)
            .endRam(RAM)
            .command(MigrationCommand.POSTCOPY_RAM_DISCARD, 40)
            .u8(SectionType.COMMAND)
            .u16(MigrationCommand.PACKAGED)
            .u16(4)
            .u32(500)
            .fill(500, SectionType.FOOTER)
            .section(SectionType.PART, RAM)
            .nextPage("pc.ram", 0x2000)
            .endRam(RAM)
            .section(SectionType.END, RAM)
            .endRam(RAM)
            .u8(SectionType.EOF);

    assertPages(stream, SETUP, BULK, SWITCHOVER, POSTCOPY);
  }

  @Test
  void switchesOverAtTheCommandOfQemu100() {
    StreamWriter stream =
        StreamWriter.main()
            .twoBlocks(RAM)
            .section(SectionType.PART, RAM)
            .endRam(RAM)
            .command(MigrationCommand.SWITCHOVER_START, 0);

    assertPages(stream, SETUP, BULK, SWITCHOVER);
  }

  @Test
  void looksForNoPageInDeviceState() {
    StreamWriter stream =
        StreamWriter.main()
            .twoBlocks(RAM)
            .section(SectionType.END, RAM)
            .endRam(RAM)
            .section(SectionType.FULL, OTHER, "device", 1)
            .footer(OTHER)
            .section(SectionType.PART, RAM)
            .record(0, RamFlag.PAGE)
            .shortText("pc.ram")
            .fill(4096, 1);

    assertPages(stream, SETUP, SWITCHOVER);
  }

  @Test
  void givesUpOnARecordThatCannotBe() {
    assertGivesUp("RAM record", inPart().record(0x1000, 0x80));
    assertGivesUp(
        "0x100000 of a block of 0x100000", inPart().record(0x100000, 8).shortText("pc.ram"));
    assertGivesUp("of a block of 0x0", inPart().record(0, RamFlag.ZERO).shortText("nowhere"));
    assertGivesUp("of a block of 0x0", inPart().record(0, RamFlag.ZERO | RamFlag.CONTINUE));
    assertGivesUp("without an id", inPart().record(0, RamFlag.ZERO).u8(0));
    assertGivesUp(
        "payload of 4097", inPart().record(0, RamFlag.XBZRLE).shortText("pc.ram").u8(1).u16(4097));
    assertGivesUp(
        "payload of -1", inPart().record(0, RamFlag.COMPRESS_PAGE).shortText("pc.ram").u32(-1));
  }

  @Test
  void givesUpOnASectionThatCannotBe() {
    assertGivesUp("file version 4", new StreamWriter().u32(0x5145564d).u32(4));
    assertGivesUp("section type 0x33", StreamWriter.main().u8(0x33));
    assertGivesUp("which never began", StreamWriter.main().section(SectionType.PART, RAM));
    assertGivesUp(
        "footer of section 3", StreamWriter.main().twoBlocks(RAM).section(2, RAM).endRam(3));
    assertGivesUp("ram version 3", StreamWriter.main().section(SectionType.START, RAM, "ram", 3));
    assertGivesUp("command 0x00000000", StreamWriter.main().command(0, 0));
    assertGivesUp("package of", StreamWriter.main().u8(8).u16(7).u16(4).u32(1 << 30));
    assertGivesUp("machine name of", StreamWriter.main().u8(7).u32(1 << 30));
    assertGivesUp("outside of the configuration", StreamWriter.main().subsection("x"));
    assertGivesUp("2^16", configured("configuration/target-page-bits").u32(16));
    assertGivesUp("capabilities", configured("configuration/capabilities").u32(-1));
    assertGivesUp("\"?what\"", configured("\nwhat"));
  }

  @Test
  void givesUpOnABlockListThatDoesNotAddUp() {
    StreamWriter twice = StreamWriter.main().ramStart(RAM).record(0x1000, RamFlag.MEM_SIZE);
    assertGivesUp("add up", twice.shortText("pc.ram").u64(0x2000));
    StreamWriter short1 = StreamWriter.main().ramStart(RAM).record(0x3000, RamFlag.MEM_SIZE);
    assertGivesUp("add up", short1.shortText("pc.ram").u64(0x2000).endRam(RAM));
    StreamWriter extras = StreamWriter.main().ramStart(RAM).record(0x1000, RamFlag.MEM_SIZE);
    assertGivesUp("add up", extras.shortText("pc.ram").u64(0x1000).u64(0).u64(0).u64(0));
    StreamWriter early = StreamWriter.main().ramStart(RAM).record(0x1000, RamFlag.MEM_SIZE);
    assertGivesUp("add up", early.u64(0x1000));
  }

  @Test
  void boundsWhatItRemembers() {
    StreamWriter blocks = StreamWriter.main().ramStart(RAM).record(1L << 40, RamFlag.MEM_SIZE);
    for (int i = 0; i <= RamBlocks.MAX_BLOCKS; i++) {
      blocks.shortText("block" + i).u64(0x1000);
    }
    assertGivesUp("add up", blocks);
    StreamWriter sections = StreamWriter.main();
    for (int i = 1; i <= IterableSections.MAX_SECTIONS + 1; i++) {
      sections.section(SectionType.START, i, "some", 1).footer(i);
    }
    assertGivesUp("more than 256", sections);
  }

  @Test
  void survivesDamagedStreams() {
    StreamWriter stream =
        StreamWriter.main()
            .configuration("pc")
            .subsection("configuration/capabilities")
            .u32(1)
            .shortText("x-ignore-shared")
            .section(SectionType.START, OTHER, "other", 1)
            .footer(OTHER)
            .twoBlocks(RAM)
            .section(SectionType.PART, RAM)
            .page("pc.ram", 0x1000)
            .record(0x3000, RamFlag.XBZRLE | RamFlag.CONTINUE)
            .u8(1)
            .u16(5)
            .fill(5, 1)
            .endRam(RAM)
            .section(SectionType.PART, OTHER)
            .fill(9, 0)
            .footer(OTHER)
            .command(MigrationCommand.PACKAGED, 4)
            .section(SectionType.END, RAM)
            .nextPage("pc.ram", 0)
            .endRam(RAM);
    // The page content is most of a stream: without it, more of the mutations hit the grammar.
    byte[] bytes = stream.stream();
    ParserRun.assertSurvivesMutations(MigrationStreamParser::new, bytes, 1, 10_000);
    byte[] head = Arrays.copyOf(bytes, 260);
    ParserRun.assertSurvivesMutations(MigrationStreamParser::new, head, 2, 10_000);
  }

  private static StreamWriter inPart() {
    return StreamWriter.main().twoBlocks(RAM).section(SectionType.PART, RAM);
  }

  private static StreamWriter configured(String subsection) {
    return StreamWriter.main().configuration("pc").subsection(subsection);
  }

  private static void assertPages(StreamWriter writer, StreamPhase... phases) {
    byte[] stream = writer.stream();
    ParserRun run = ParserRun.byteByByte(MigrationStreamParser::new, stream);
    assertEquals("qemu-main", run.description());
    assertEquals(writer.pages(), run.pages());
    assertEquals(List.of(phases), run.phases());
    ParserRun.assertSameAtEverySplit(MigrationStreamParser::new, stream);
    ParserRun.assertPrefixAtEveryTruncation(MigrationStreamParser::new, stream);
  }

  private static void assertGivesUp(String reason, StreamWriter writer) {
    byte[] stream = writer.twoBlocks(RAM).stream();
    ParserRun run = ParserRun.of(MigrationStreamParser::new, stream);
    assertEquals(OPAQUE, run.phases().getLast());
    assertEquals(List.of(), run.pages());
    assertTrue(run.description().startsWith("opaque: gave up qemu-main before byte"), reason);
    assertTrue(run.description().contains(reason), run.description());
    ParserRun.assertSameAtEverySplit(MigrationStreamParser::new, stream);
  }

  @Test
  void countsThePagesThatAreNamedAsZero() {
    StreamWriter stream =
        StreamWriter.main()
            .configuration("virt-10.0")
            .twoBlocks(RAM)
            .section(SectionType.PART, RAM)
            .record(0, RamFlag.ZERO)
            .shortText("pc.ram")
            .u8(0)
            .nextPage("pc.ram", 0x1000)
            .record(0x2000, RamFlag.ZERO | RamFlag.CONTINUE)
            .u8(0)
            .endRam(RAM);
    MigrationStreamParser parser = new MigrationStreamParser();
    assertEquals(0, parser.zeroPageRecords());
    parser.parse(ByteBuffer.wrap(stream.stream()), (offset, address) -> {});
    assertEquals(2, parser.zeroPageRecords());
    assertEquals(BULK, parser.phase());
  }
}
