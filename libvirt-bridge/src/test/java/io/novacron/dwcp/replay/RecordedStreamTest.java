package io.novacron.dwcp.replay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.replay.RecordedStream.Format;
import io.novacron.dwcp.replay.Recordings.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedStreamTest {
  private static final byte[] STREAM = Recordings.stream(1, 100);
  private static final Header HONEST = Header.of(Recordings.DOMAIN.length);

  @TempDir Path directory;

  @Test
  void readsStreamAsItIs() throws Exception {
    assertStream(Format.QEMU_STREAM, STREAM);
  }

  @Test
  void readsSaveFileOfEitherByteOrderAndEachVersion() throws Exception {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      for (int version = 1; version <= 3; version++) {
        Header header = HONEST.withOrder(order).withVersion(version);
        assertStream(Format.LIBVIRT_SAVE, Recordings.save(header, STREAM));
      }
    }
  }

  private void assertStream(Format format, byte[] file) throws Exception {
    try (RecordedStream stream = RecordedStream.open(file(file))) {
      assertEquals(format, stream.format());
      assertEquals(STREAM.length, stream.byteSize());
      assertEquals(ByteBuffer.wrap(STREAM), stream.slice(0, STREAM.length));
    }
  }

  @Test
  void refusesCompressedSavesByName() throws IOException {
    String[] names = {"gzip", "bzip2", "xz", "lzop", "zstd", "sparse", "number 7"};
    for (int format = 1; format <= names.length; format++) {
      String refusal = refusal(Recordings.save(HONEST.withFormat(format), STREAM));
      assertTrue(refusal.contains("was saved in format " + names[format - 1] + ";"), refusal);
    }
    assertTrue(refusal(Recordings.save(HONEST.withFormat(-1), STREAM)).contains("number -1"));
  }

  @Test
  void refusesSaveThatWasNeverFinished() throws IOException {
    Header partial = HONEST.withMagic("LibvirtQemudPart");
    assertTrue(refusal(Recordings.save(partial, STREAM)).contains("never finished"));
  }

  @Test
  void refusesHeaderWhoseLengthIsNotThere() throws IOException {
    for (int dataBytes : new int[] {STREAM.length + 100, Integer.MAX_VALUE, -1, 0x80000000}) {
      String refusal = refusal(Recordings.save(Header.of(dataBytes), STREAM));
      assertTrue(refusal.contains("its header promises"), refusal);
    }
  }

  @Test
  void refusesHeaderWhoseLengthLeadsElsewhere() throws IOException {
    for (int dataBytes :
        new int[] {0, Recordings.DOMAIN.length - 1, Recordings.DOMAIN.length + 8}) {
      String refusal = refusal(Recordings.save(Header.of(dataBytes), STREAM));
      assertTrue(refusal.contains("expected \"QEVM\""), refusal);
    }
    int toTheEnd = Recordings.DOMAIN.length + STREAM.length;
    String refusal = refusal(Recordings.save(Header.of(toTheEnd), STREAM));
    assertTrue(refusal.contains("ends before QEMU's stream begins"), refusal);
  }

  @Test
  void refusesUnknownVersion() throws IOException {
    String refusal = refusal(Recordings.save(HONEST.withVersion(77), STREAM));
    assertTrue(refusal.contains("of a version that is not known here"), refusal);
  }

  @Test
  void refusesFileThatEndsAnywhereBeforeTheEndOfMemory() throws IOException {
    byte[] save = Recordings.save(HONEST, Recordings.cutOff(1, 3));
    for (int length = 0; length < save.length; length++) {
      String refusal = refusal(Arrays.copyOf(save, length));
      assertTrue(
          refusal.contains(" ends ") || refusal.contains("promises") || refusal.contains("has 0x"),
          length + ": " + refusal);
    }
    assertTrue(refusal(save).contains("ends inside the guest's memory"), refusal(save));
  }

  @Test
  void refusesOtherFilesByTheirFirstBytes() throws IOException {
    assertTrue(refusal("#!/bin/sh\n".getBytes(US_ASCII)).contains("has 0x23212f62 at byte 0"));
    byte[] multifd = {0x11, 0x22, 0x33, 0x44, 0, 0, 0, 1};
    assertTrue(refusal(multifd).contains("one channel of a parallel migration"));
  }

  @Test
  void refusesWhatIsNoFile() {
    assertTrue(refusal(directory).endsWith(" is no file"));
    assertTrue(refusal(directory.resolve("absent")).endsWith(" does not exist"));
  }

  @Test
  void writesThePagesInTheirOrder() throws Exception {
    Path pages = directory.resolve("pages");
    try (RecordedStream stream = RecordedStream.open(file(STREAM))) {
      assertEquals(100, stream.writePages(pages));
    }
    byte[] written = Files.readAllBytes(pages);
    assertEquals(100 * Recordings.PAGE_BYTES, written.length);
    byte[] last = Arrays.copyOfRange(written, 99 * Recordings.PAGE_BYTES, written.length);
    int at = STREAM.length - Recordings.BEHIND_PAGES_BYTES - Recordings.PAGE_BYTES;
    assertEquals(ByteBuffer.wrap(last), ByteBuffer.wrap(STREAM, at, Recordings.PAGE_BYTES).slice());
  }

  @Test
  void writesNoPagesOverTheRecording() throws Exception {
    Path file = file(STREAM);
    try (RecordedStream stream = RecordedStream.open(file)) {
      assertThrows(ReplayException.class, () -> stream.writePages(file));
      assertThrows(ReplayException.class, () -> stream.writePages(directory));
    }
    assertEquals(STREAM.length, Files.size(file));
  }

  private String refusal(byte[] bytes) throws IOException {
    return refusal(file(bytes));
  }

  private static String refusal(Path file) {
    ReplayException refusal =
        assertThrows(ReplayException.class, () -> RecordedStream.open(file).close());
    assertTrue(refusal.getMessage().startsWith(file.toString()), refusal.getMessage());
    return refusal.getMessage();
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("recording"), bytes);
  }
}
