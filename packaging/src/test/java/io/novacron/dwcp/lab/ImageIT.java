package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A guest whose page cache is full of its image, which both hosts have. */
@Tag("lab")
class ImageIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  private static final Pattern READ = Pattern.compile("read (\\d+) pages of files");

  /** Of the pages of the guest's image that are in its page cache. */
  private static final double LEAST_BY_IMAGE = 0.9;

  /**
   * Below 512 MiB ext4 gets blocks of 1 KiB, which begin anywhere in a page's worth of the image.
   */
  private static Guest guest(String name) {
    return LAB.startGuest(
        name,
        "--memory",
        "640",
        "--workload",
        "idle",
        "--disk",
        "512",
        "--backing",
        "--read-disks");
  }

  /** What the guest itself counted when it read the files on its disk. */
  private static long pagesRead(Guest guest) {
    Matcher read = READ.matcher(LAB.run("guest", "console", guest.name()));
    assertTrue(read.find(), "the guest does not say what it read");
    return Long.parseLong(read.group(1));
  }

  private static void awaitRead(Host host, String image) {
    Await.until(
        Duration.ofSeconds(60),
        "the index of " + image + " on " + host,
        () -> {
          String status = LAB.on(host, "/opt/dwcp/bin/dwcp", "status");
          return status.contains(image) ? "" : status;
        });
  }

  /** What the memory itself left is forgotten: only the image is to be seen. */
  private static void dropBaselines() {
    for (Host host : Host.values()) {
      Await.until(Duration.ofSeconds(60), "the baseline of " + host, () -> missingBaseline(host));
    }
    for (Host host : Host.values()) {
      LAB.on(host, "/opt/dwcp/bin/dwcp", "baselines", "drop", "--all");
    }
  }

  private static String missingBaseline(Host host) {
    String kept = LAB.on(host, "/opt/dwcp/bin/dwcp", "baselines", "list");
    return kept.contains(host.other().hostName()) ? "" : kept;
  }

  @Test
  void pagesOfTheImageTravelAsReferences(TestReporter reporter) {
    Guest guest = guest("image");
    long read = pagesRead(guest);
    assertTrue(read > 50_000, "only " + read);
    assertCarried(guest.migrate("--copy-storage-inc"));
    for (Host host : Host.values()) {
      awaitRead(host, "image-1-base.qcow2");
    }
    dropBaselines();

    HistoryEntry second = guest.migrate("--copy-storage-inc");

    assertCarried(second);
    reporter.publishEntry("image", read + " pages read; " + second.json());
    assertTrue(second.pages("image") >= LEAST_BY_IMAGE * read, read + " read, " + second);
    guest.stop();
  }

  /** The two hosts have other files of that name: the guest migrates as if there were none. */
  @Test
  void aGuestWhoseImageDiffersOnTheDestinationTravelsWhole() throws IOException {
    Guest guest = guest("other");
    Path copy = LAB.directory().resolve("b").resolve("images").resolve("other-1-base.qcow2");
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      file.seek(file.length()); // behind what QEMU looks at
      file.write(new byte[8192]);
    }
    for (Host host : Host.values()) {
      assertCarried(guest.migrate("--copy-storage-inc"));
      awaitRead(host, "other-1-base.qcow2");
    }

    HistoryEntry third = guest.migrate("--copy-storage-inc");

    assertCarried(third);
    assertEquals(0, third.pages("image"), third::toString);
    guest.assertSoundOn(Host.B);
    guest.stop();
  }
}
