package io.novacron.dwcp.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackingChainTest {
  @TempDir Path directory;
  private Path base;

  @BeforeEach
  void writeBase() throws IOException {
    directory = directory.toRealPath();
    base = Files.write(directory.resolve("base"), new byte[10_000]);
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private static List<Path> below(Path disk) throws IOException {
    return BackingChain.below(disk).stream().map(ImageFile::path).toList();
  }

  private void assertRefused(String says, ByteBuffer header) throws IOException {
    Path disk = Qcow2Files.write(file("refused"), header);
    IOException e = assertThrows(IOException.class, () -> below(disk));
    assertTrue(e.getMessage().contains(says), e::getMessage);
  }

  @Test
  void findsARawFileBesideTheDiskOrByItsWholePath() throws IOException {
    assertEquals(List.of(base), below(Qcow2Files.on(file("near"), "base", "raw")));
    assertEquals(List.of(base), below(Qcow2Files.on(file("far"), base.toString(), "raw")));
    Files.createDirectory(file("sub"));
    assertEquals(List.of(base), below(Qcow2Files.on(file("sub/up"), "../base", "raw")));
  }

  @Test
  void findsNothingBelowADiskThatStandsAlone() throws IOException {
    assertEquals(List.of(), below(Qcow2Files.alone(file("alone"))));
  }

  @Test
  void followsAChainToItsEnd() throws IOException {
    Path middle = Qcow2Files.on(file("middle"), "base", "raw");
    Path upper = Qcow2Files.on(file("upper"), "middle", "qcow2");
    assertEquals(
        List.of(upper, middle, base), below(Qcow2Files.on(file("disk"), "upper", "qcow2")));
  }

  /** What a guest wrote to the front of a raw file must never name another file. */
  @ParameterizedTest
  @ValueSource(strings = {"raw", ""})
  void neverLooksIntoAFileThatIsNotSaidToBeQcow2(String format) throws IOException {
    Path evil = Qcow2Files.on(file("evil"), "/etc/passwd", "raw");
    assertEquals(List.of(evil), below(Qcow2Files.on(file("disk"), "evil", format)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vmdk", "luks", "a name of a format that is too long to be one"})
  void leavesOutOtherFormats(String format) throws IOException {
    assertEquals(List.of(), below(Qcow2Files.on(file("disk"), "base", format)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"json:{\"driver\":\"raw\"}", "nbd://other/disk", "file:base", "fat:rw:/etc"})
  void refusesWhatIsNoPlainFile(String name) throws IOException {
    assertRefused("no plain file", Qcow2Files.header(name, "raw"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/zero", "/dev/tty", "."})
  void refusesDevicesAndDirectories(String name) throws IOException {
    assertRefused("no regular file", Qcow2Files.header(name, "raw"));
  }

  @Test
  void refusesADiskThatIsNoRegularFile() {
    assertThrows(IOException.class, () -> below(Path.of("/dev/zero")));
    assertThrows(IOException.class, () -> below(file("nothing")));
  }

  @Test
  void endsWhereAChainGoesRound() throws IOException {
    Qcow2Files.on(file("one"), "two", "qcow2");
    Qcow2Files.on(file("two"), "one", "qcow2");
    assertEquals(16, below(file("one")).size());
  }

  @Test
  void refusesNumbersThatCannotBe() throws IOException {
    assertRefused("begin as a qcow2", Qcow2Files.header("base", "raw").putInt(0, 0x514649fa));
    assertRefused("version 4", Qcow2Files.header("base", "raw").putInt(4, 4));
    assertRefused("2^8 B", Qcow2Files.header("base", "raw").putInt(20, 8));
    assertRefused("2^32 B", Qcow2Files.header("base", "raw").putInt(20, 32));
    for (long offset : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, 65533, 1L << 40}) {
      assertRefused("backing file has", Qcow2Files.header("base", "raw").putLong(8, offset));
    }
    for (int length : new int[] {0, -1, 1024, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertRefused("backing file has", Qcow2Files.header("base", "raw").putInt(16, length));
    }
    for (int length : new int[] {0, -1, 103, 4097, Integer.MAX_VALUE}) {
      assertRefused("header of", Qcow2Files.header("base", "raw").putInt(100, length));
    }
    assertRefused("zero byte", Qcow2Files.header("ba\0se", "raw"));
  }

  /** Then it is read as one that says no format, or refused: never more than that. */
  @Test
  void survivesAnyHeader() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      ByteBuffer header = Qcow2Files.header("base", "qcow2");
      for (int change = random.nextInt(1, 6); change > 0; change--) {
        int at = random.nextInt(4) == 0 ? random.nextInt(600) : random.nextInt(150);
        header.put(at, (byte) (random.nextInt(3) == 0 ? -1 : random.nextInt(256)));
      }
      byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(600) : 65536];
      header.get(0, bytes);
      Path disk = Files.write(file("any"), bytes);
      try {
        assertTrue(BackingChain.below(disk).size() <= 16, "seed " + seed);
      } catch (IOException refused) {
        assertTrue(refused.getMessage() != null, "seed " + seed);
      }
    }
  }
}
