package io.novacron.dwcp.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.kernels.JavaPageKernels;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
  private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");

  @TempDir Path directory;
  private Instant now = NOW;
  private ImageStore store;

  @BeforeEach
  void open() throws IOException {
    directory = directory.toRealPath();
    store = store(1 << 20);
  }

  private ImageStore store(long mostBytes) throws IOException {
    InstantSource clock = () -> now;
    return ImageStore.open(directory.resolve("kept"), mostBytes, clock, new JavaPageKernels());
  }

  /** Blocks of random bytes, every third of zeroes, and a rest. */
  private ImageFile image(String name, int blocks) throws IOException {
    byte[] bytes = new byte[blocks * 4096 + 100];
    new Random(blocks).nextBytes(bytes);
    for (int block = 0; block < blocks; block += 3) {
      Arrays.fill(bytes, block * 4096, (block + 1) * 4096, (byte) 0);
    }
    return ImageFile.look(Files.write(directory.resolve(name), bytes));
  }

  private byte[] id(ImageFile image) throws IOException {
    try (ImageIndex index = store.find(image).orElseThrow()) {
      return index.id();
    }
  }

  private Path onlyFile() throws IOException {
    try (var files = Files.list(directory.resolve("kept"))) {
      return files.toList().getFirst();
    }
  }

  @Test
  void findsWhatItBuilt() throws IOException {
    ImageFile image = image("base", 200);
    assertEquals(Optional.empty(), store.find(image));
    ImageStore.Entry built = store.build(image);
    try (ImageIndex index = store.find(image).orElseThrow()) {
      assertEquals(200, index.pages());
    }
    assertEquals(List.of(built), store.entries());
    assertEquals(image.path(), built.image());
    assertEquals(Files.size(onlyFile()), built.storedBytes());
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(onlyFile())));
  }

  @Test
  void twoCopiesOfAnImageHaveOneId() throws IOException {
    ImageFile one = image("one", 100);
    ImageFile other = image("other", 100);
    ImageFile different = image("different", 101);
    store.build(one);
    store.build(other);
    store.build(different);
    assertArrayEquals(id(one), id(other));
    assertFalse(Arrays.equals(id(one), id(different)));
  }

  @Test
  void anEmptyImageAndOneOfZeroesHaveNothing() throws IOException {
    ImageFile empty = ImageFile.look(Files.write(directory.resolve("empty"), new byte[4095]));
    ImageFile zeroes = ImageFile.look(Files.write(directory.resolve("zero"), new byte[81920]));
    store.build(empty);
    store.build(zeroes);
    try (ImageIndex first = store.find(empty).orElseThrow();
        ImageIndex second = store.find(zeroes).orElseThrow()) {
      assertEquals(0, first.pages());
      assertEquals(20, second.pages());
    }
  }

  @Test
  void doesNotTakeAFileForAnotherThatHadItsPath() throws IOException {
    ImageFile image = image("base", 50);
    store.build(image);
    Files.setLastModifiedTime(image.path(), FileTime.from(NOW));
    ImageFile touched = ImageFile.look(image.path());
    assertEquals(Optional.empty(), store.find(touched));
    assertEquals(List.of(image.path()), store.outdated());
    store.build(touched);
    assertEquals(List.of(), store.outdated());
    Files.delete(image.path());
    ImageFile again = image("base", 50);
    assertEquals(Optional.empty(), store.find(again));
  }

  @Test
  void forgetsImagesThatAreGone() throws IOException {
    ImageFile image = image("base", 50);
    store.build(image);
    Files.delete(image.path());
    assertEquals(List.of(), store.outdated());
    assertEquals(List.of(), store.entries());
  }

  /** Wherever a byte changes: no index, or one that is right. */
  @Test
  void noticesDamage() throws IOException {
    ImageFile image = image("base", 40);
    store.build(image);
    byte[] id = id(image);
    long bytes = Files.size(onlyFile());
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      try (RandomAccessFile file = new RandomAccessFile(onlyFile().toFile(), "rw")) {
        long at = round < 100 ? round : random.nextLong(bytes);
        file.seek(at);
        int old = file.read();
        file.seek(at);
        file.write(old ^ (1 + random.nextInt(255)));
      }
      try (ImageIndex index = store.find(image).orElse(null)) {
        if (index != null) {
          assertArrayEquals(id, index.id());
        } else {
          store.build(image);
        }
      } catch (IOException damaged) {
        assertEquals(List.of(), store.entries());
        store.build(image);
      }
    }
  }

  @Test
  void noticesAFileThatWasCutOff() throws IOException {
    ImageFile image = image("base", 40);
    store.build(image);
    try (RandomAccessFile file = new RandomAccessFile(onlyFile().toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    assertThrows(IOException.class, () -> store.find(image));
    assertEquals(Optional.empty(), store.find(image));
  }

  @Test
  void makesRoomByWhatWasNotUsedForTheLongestTime() throws IOException {
    ImageStore small = store(45_000);
    ImageFile first = image("first", 100);
    ImageFile second = image("second", 101);
    ImageFile third = image("third", 102);
    ImageFile fourth = image("fourth", 103);
    for (ImageFile each : List.of(first, second, third)) {
      small.build(each);
      small.find(each).orElseThrow().close();
      now = now.plusSeconds(1);
    }
    small.find(first).orElseThrow().close();
    small.build(fourth);
    assertEquals(Optional.empty(), small.find(second));
    small.find(first).orElseThrow().close();
    IOException e = assertThrows(IOException.class, () -> small.build(image("large", 5000)));
    assertTrue(e.getMessage().contains("no room"), e::getMessage);
  }

  @Test
  void removesDraftsAtItsStart() throws IOException {
    Path draft = Files.write(directory.resolve("kept").resolve(".half.image"), new byte[10]);
    store(1 << 20);
    assertFalse(Files.exists(draft));
  }

  @Test
  void leavesNoDraftOfWhatCannotBeRead() throws IOException {
    ImageFile image = image("base", 40);
    Files.write(image.path(), new byte[4096 * 10]);
    assertThrows(IOException.class, () -> store.build(image));
    try (var files = Files.list(directory.resolve("kept"))) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void refusesALinkInPlaceOfTheFile() throws IOException {
    ImageFile image = image("base", 40);
    Files.move(image.path(), directory.resolve("moved"));
    Files.createSymbolicLink(image.path(), directory.resolve("moved"));
    assertThrows(IOException.class, () -> store.build(image));
  }
}
