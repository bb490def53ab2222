package io.novacron.dwcp.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.page.ParserRun;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What QEMU and libnbd sent; src/test/resources/vectors/nbd/README.txt tells how. */
class NbdVectorsTest {
  /** The blocks of the source image that are not zero: 0, 2, 3, 5, 6 ... 299. */
  private static final int MARKED_BLOCKS = 200;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7.2/convert",
        "7.2/mirror",
        "7.2/nbdcopy",
        "10.0/convert",
        "10.0/mirror",
        "10.0/nbdcopy"
      })
  void findsEachBlockOfACopiedDisk(String vector) {
    byte[] stream = ParserRun.vector("nbd/" + vector);
    ParserRun run = ParserRun.byteByByte(NbdRequestParser::new, stream);

    assertEquals("nbd", run.description());
    assertEquals(List.of(StreamPhase.SETUP, StreamPhase.BULK), run.phases());
    TreeSet<Long> marked = new TreeSet<>();
    for (ParserRun.Page page : run.pages()) {
      long block = page.pageAddress() / PageSize.BYTES;
      byte[] expected = block < 300 && block % 3 != 1 ? marked(block) : new byte[16];
      int last = (int) page.streamOffset() + PageSize.BYTES - expected.length;
      assertEquals(text(expected, 0), text(stream, (int) page.streamOffset()), vector);
      assertEquals(text(expected, 0), text(stream, last), vector);
      if (expected[0] != 0) {
        marked.add(block);
      }
    }
    assertEquals(MARKED_BLOCKS, marked.size());
  }

  private static byte[] marked(long block) {
    return "dwcp block %04d\n".formatted(block).getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] bytes, int at) {
    return new String(bytes, at, 16, StandardCharsets.US_ASCII);
  }

  /**
   * 512 to 1536 holds no whole block; 3584 to 12800 those at 4096 and 8192; then 8192 once more.
   */
  @ParameterizedTest
  @ValueSource(strings = {"7.2/unaligned", "10.0/unaligned"})
  void findsTheWholeBlocksOfUnalignedWrites(String vector) {
    byte[] stream = ParserRun.vector("nbd/" + vector);
    ParserRun run = ParserRun.of(NbdRequestParser::new, stream);

    assertEquals("nbd", run.description());
    assertEquals(
        List.of(4096L, 8192L, 8192L),
        run.pages().stream().map(ParserRun.Page::pageAddress).toList());
    assertEquals(
        List.of((byte) 2, (byte) 2, (byte) 3),
        run.pages().stream().map(page -> stream[(int) page.streamOffset()]).toList());
    ParserRun.assertSameAtEverySplit(NbdRequestParser::new, stream);
    ParserRun.assertPrefixAtEveryTruncation(NbdRequestParser::new, stream);
    ParserRun.assertSurvivesMutations(NbdRequestParser::new, stream, 20261122, 10_000);
  }
}
