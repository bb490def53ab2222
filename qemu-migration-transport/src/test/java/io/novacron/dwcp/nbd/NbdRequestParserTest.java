package io.novacron.dwcp.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.page.ParserRun;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NbdRequestParserTest {
  private static final int WRITE = 1;
  private static final int FLUSH = 3;
  private static final int BLOCK_STATUS = 7;
  private static final int OPTION_STARTTLS = 5;
  private static final int OPTION_GO = 7;
  private static final int PAYLOAD_LENGTH = 1 << 5;

  private final ByteBuffer stream = ByteBuffer.allocate(1 << 16);

  @Test
  void findsTheBlocksOfWritesAfterTheNegotiation() {
    negotiate();
    request(0, FLUSH, 0, 0);
    request(0, WRITE, 0x10000, 8192);
    long first = payload(8192);
    request(0, 6, 0x20000, 4096);

    assertAddresses(0x10000, 0x11000);
    assertEquals(first, parse().pages().getFirst().streamOffset());
  }

  @Test
  void findsOnlyTheWholeBlocksOfAnUnalignedWrite() {
    negotiate();
    request(0, WRITE, 0xfff, 8194);
    payload(8194);
    request(0, WRITE, 0x5001, 4096);
    payload(4096);
    request(0, WRITE, 0x6010, 10);
    payload(10);
    request(0, WRITE, 0x7000, 4095);
    payload(4095);

    assertAddresses(0x1000, 0x2000);
  }

  @Test
  void goesOnWithOptionsThatTheDestinationRefused() {
    stream.putInt(3);
    option(OPTION_GO, 14);
    option(8, 0);
    option(OPTION_GO, 14);
    request(0, WRITE, 0, 4096);
    payload(4096);

    assertAddresses(0);
  }

  @Test
  void readsConnectionsWithoutNegotiation() {
    request(0, WRITE, 0x3000, 4096);
    payload(4096);

    assertAddresses(0x3000);
  }

  @Test
  void readsExtendedHeaders() {
    negotiate();
    extended(0, 0, 0, 1L << 33);
    extended(PAYLOAD_LENGTH, WRITE, 0x4000, 4096);
    payload(4096);
    extended(PAYLOAD_LENGTH, BLOCK_STATUS, 0, 16);
    payload(16);
    extended(PAYLOAD_LENGTH, WRITE, 0x5000, 4096);
    payload(4096);

    assertAddresses(0x4000, 0x5000);
  }

  @Test
  void tellsOfNoBlockBeyondTheLargestDisk() {
    negotiate();
    request(0, WRITE, Long.MAX_VALUE - 4095, 8192);
    payload(8192);
    request(0, WRITE, -4096, 4096);
    payload(4096);
    request(0, WRITE, Long.MAX_VALUE, 4096);
    payload(4096);

    assertAddresses(Long.MAX_VALUE - 4095);
  }

  @Test
  void givesUpOnWhatCannotBe() {
    stream.putInt(3);
    option(OPTION_STARTTLS, 0);
    stream.putInt(0x16030101);
    assertGivesUp("magic 0x16030101");
    negotiate();
    stream.putInt(0x49484156).putInt(0x12345678).putLong(0);
    assertGivesUp("option magic ends in 0x12345678");
    stream.putInt(1);
    option(OPTION_GO, 1 << 20);
    assertGivesUp("option of 1048576 bytes");
    negotiate();
    request(0, WRITE, 0, -1);
    assertGivesUp("payload of 4294967295 bytes");
    negotiate();
    extended(0, WRITE, 0, -1);
    assertGivesUp("payload of -1 bytes");
    negotiate();
    request(0, 99, 0, 0);
    assertGivesUp("command 99");
    request(0, FLUSH, 0, 0);
    option(OPTION_GO, 0);
    assertGivesUp("option after a request");
    stream.putInt(-1);
    assertGivesUp("magic 0xffffffff");
  }

  @Test
  void survivesDamagedAndRandomStreams() {
    negotiate();
    request(0, WRITE, 0xfff, 5000);
    payload(5000);
    extended(PAYLOAD_LENGTH, WRITE, 0x1000, 4096);
    payload(4096);
    byte[] whole = bytes();
    ParserRun.assertSurvivesMutations(NbdRequestParser::new, whole, 5, 10_000);
    ParserRun.assertSurvivesMutations(NbdRequestParser::new, Arrays.copyOf(whole, 100), 6, 10_000);
    byte[] noise = new byte[5000];
    new Random(7).nextBytes(noise);
    ParserRun.byteByByte(NbdRequestParser::new, noise);
  }

  private void negotiate() {
    stream.putInt(3);
    option(OPTION_GO, 14);
  }

  private void option(int number, int lengthBytes) {
    stream.put("IHAVEOPT".getBytes(StandardCharsets.US_ASCII)).putInt(number).putInt(lengthBytes);
    payload(Math.min(lengthBytes, 100));
  }

  private void request(int flags, int command, long offset, int lengthBytes) {
    stream.putInt(0x25609513).putShort((short) flags).putShort((short) command);
    stream.putLong(0xc00c1e).putLong(offset).putInt(lengthBytes);
  }

  private void extended(int flags, int command, long offset, long lengthBytes) {
    stream.putInt(0x21e41c71).putShort((short) flags).putShort((short) command);
    stream.putLong(0xc00c1e).putLong(offset).putLong(lengthBytes);
  }

  /** Bytes that look like requests. Where they begin. */
  private long payload(int lengthBytes) {
    int begin = stream.position();
    for (int i = 0; i < lengthBytes; i++) {
      stream.put((byte) (0x25609513 >>> (8 * (3 - i % 4))));
    }
    return begin;
  }

  private byte[] bytes() {
    byte[] bytes = Arrays.copyOf(stream.array(), stream.position());
    stream.clear();
    return bytes;
  }

  private ParserRun parse() {
    return ParserRun.of(NbdRequestParser::new, Arrays.copyOf(stream.array(), stream.position()));
  }

  private void assertAddresses(long... addresses) {
    ParserRun run = parse();
    assertEquals("nbd", run.description());
    assertEquals(StreamPhase.BULK, run.phases().getLast());
    assertEquals(
        Arrays.stream(addresses).boxed().toList(),
        run.pages().stream().map(ParserRun.Page::pageAddress).toList());
    byte[] bytes = Arrays.copyOf(stream.array(), stream.position());
    ParserRun.assertSameAtEverySplit(NbdRequestParser::new, bytes);
    ParserRun.assertPrefixAtEveryTruncation(NbdRequestParser::new, bytes);
  }

  private void assertGivesUp(String reason) {
    payload(100);
    byte[] bytes = bytes();
    ParserRun run = ParserRun.of(NbdRequestParser::new, bytes);
    assertEquals(StreamPhase.OPAQUE, run.phases().getLast(), reason);
    assertTrue(run.description().startsWith("opaque: gave up nbd before byte "), reason);
    assertTrue(run.description().contains(reason), run.description());
    assertEquals(List.of(), run.pages());
    ParserRun.assertSameAtEverySplit(NbdRequestParser::new, bytes);
  }
}
