package io.novacron.dwcp.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.kernels.JavaPageKernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ImagesTest {
  @TempDir Path directory;
  private final BlockingQueue<String> counted = new LinkedBlockingQueue<>();
  private Images images;
  private Path disk;

  @BeforeEach
  void open() throws IOException {
    byte[] base = new byte[1 << 20];
    new Random(1).nextBytes(base);
    Files.write(directory.resolve("base"), base);
    disk = Qcow2Files.on(directory.resolve("disk"), "base", "raw");
    images = start();
  }

  @AfterEach
  void close() {
    images.close();
  }

  private Images start() throws IOException {
    ImageStore store =
        ImageStore.open(
            directory.resolve("kept"), 1 << 20, InstantSource.system(), new JavaPageKernels());
    return new Images(
        store,
        new Images.Listener() {
          @Override
          public void count(String what) {
            counted.add(what);
          }

          @Override
          public void warn(String sentence) {
            counted.add("warned: " + sentence);
          }

          @Override
          public void note(String sentence) {}
        });
  }

  private static int found(ImageSearch search) {
    search.whenLooked().join();
    List<ImageIndex> found = search.retained();
    found.forEach(ImageIndex::close);
    return found.size();
  }

  @Test
  void readsAnImageThatItDidNotKnowAndHasItTheNextTime() throws InterruptedException {
    try (ImageSearch first = images.search(List.of(disk))) {
      first.whenLooked().join();
      assertEquals("missing", counted.take());
      assertEquals("built", counted.take());
    }
    try (ImageSearch second = images.search(List.of(disk, disk))) {
      assertEquals(1, found(second));
      assertEquals("found", counted.take());
    }
  }

  @Test
  void twoGuestsOfOneImageHaveItReadOnce() throws InterruptedException {
    try (ImageSearch first = images.search(List.of(disk));
        ImageSearch second = images.search(List.of(disk))) {
      first.whenLooked().join();
      second.whenLooked().join();
      int built = 0;
      for (int step = 0; step < 3; step++) {
        built += counted.take().equals("built") ? 1 : 0;
      }
      assertEquals(1, built);
    }
  }

  @Test
  void aDiskThatCannotBeReadIsLeftOut() {
    try (ImageSearch search =
        images.search(List.of(directory.resolve("nothing"), Path.of("/dev/zero")))) {
      assertEquals(0, found(search));
    }
  }

  @Test
  void readsAnewWhatWasChanged() throws InterruptedException, IOException {
    images.search(List.of(disk)).close();
    assertEquals("missing", counted.take());
    assertEquals("built", counted.take());
    Files.write(directory.resolve("base"), new byte[1 << 19]);
    images.refresh();
    assertEquals("built", counted.take());
    try (ImageSearch search = images.search(List.of(disk))) {
      assertEquals(1, found(search));
    }
  }

  @Test
  void readsAnewWhatItDistrusts() throws InterruptedException {
    images.search(List.of(disk)).close();
    assertEquals("missing", counted.take());
    assertEquals("built", counted.take());
    images.distrust(List.of(disk), "a block was another");
    assertEquals("damaged", counted.take());
    assertEquals("warned: images are read again: a block was another", counted.take());
    assertEquals("built", counted.take());
  }

  @Test
  void findsNothingOnceItIsClosed() {
    images.close();
    try (ImageSearch search = images.search(List.of(disk))) {
      assertEquals(0, found(search));
    }
  }
}
