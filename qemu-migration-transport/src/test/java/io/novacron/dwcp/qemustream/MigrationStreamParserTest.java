package io.novacron.dwcp.qemustream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.page.ParserRun;
import io.novacron.dwcp.page.StreamPhase;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MigrationStreamParserTest {
  @Test
  void tellsTheKindOfAConnectionByItsFirstBytes() {
    assertEquals("qemu, nothing seen yet", describe(""));
    assertEquals("qemu, nothing seen yet", describe("QEV"));
    assertEquals("qemu-main", describe("QEVM"));
    assertEquals("qemu-multifd", describe("\21\"3D"));
  }

  @Test
  void leavesTlsAndUnknownConnectionsOpaqueFromTheFirstOddByte() {
    assertEquals("opaque: TLS", describe("\26\3\1"));
    assertEquals(
        "opaque: first bytes 0x51455658; expected QEVM or multifd", describe("QEVX and more"));
    assertEquals("opaque: first bytes 0x00000000; expected QEVM or multifd", describe("\0"));
    assertEquals(StreamPhase.OPAQUE, run("\0").phases().getLast());
  }

  @Test
  void survivesRandomBytesAfterEachMagic() {
    Random random = new Random(4);
    for (int i = 0; i < 2_000; i++) {
      StreamWriter writer = i % 2 == 0 ? StreamWriter.main() : new StreamWriter().u32(0x11223344);
      byte[] noise = new byte[random.nextInt(2_000)];
      random.nextBytes(noise);
      for (byte octet : noise) {
        writer.u8(octet);
      }
      ParserRun.byteByByte(MigrationStreamParser::new, writer.stream());
    }
  }

  @Test
  void keepsTheAddressesOfABlockApartFromThoseOfOthers() {
    long ram = StreamWriter.pageAddress("pc.ram", 0x1000);

    assertEquals(ram + 0x1000, StreamWriter.pageAddress("pc.ram", 0x2000));
    assertTrue(ram >= 0);
    assertTrue(ram >>> 48 != StreamWriter.pageAddress("pc.bios", 0x1000) >>> 48);
  }

  private static String describe(String stream) {
    return run(stream).description();
  }

  private static ParserRun run(String stream) {
    byte[] bytes = stream.getBytes(StandardCharsets.ISO_8859_1);
    ParserRun.assertSameAtEverySplit(MigrationStreamParser::new, bytes);
    return ParserRun.of(MigrationStreamParser::new, bytes);
  }
}
