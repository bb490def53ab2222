package io.novacron.dwcp.baseline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.encoding.DiskBaseline;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.BaselineStore;
import io.novacron.dwcp.session.ChannelTally;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that was copied once and comes back: what both ends hold travels as references. */
class DiskCopiesTest {
  private static final int PORT = 10809;
  private static final UUID GUEST = new UUID(1, 2);
  private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
  private static final int WRITES = 40;

  @TempDir private Path stateDir;

  private final Host left = new Host("left", "right");
  private final Host right = new Host("right", "left");

  /** One host's baselines; those that it writes are there as soon as they are asked for. */
  private final class Host {
    private final Path directory;
    private final BaselineStore.Key key;

    Host(String name, String peer) {
      this.directory = Path.of(name);
      this.key = new BaselineStore.Key(GUEST, peer);
    }

    Path directory() {
      return stateDir.resolve(directory);
    }

    FileDiskBaselines files() throws IOException {
      return FileDiskBaselines.open(
          directory(),
          1L << 40,
          Duration.ofDays(30),
          InstantSource.fixed(NOW),
          new JavaPageKernels());
    }

    Path file() throws IOException {
      return files().files(key).get(0);
    }

    DiskBaseline load() throws IOException {
      return HeldDisk.open(file(), GUEST, new JavaPageKernels());
    }
  }

  private static byte[] disk(long seed) {
    return SyntheticStreams.disk(new Random(seed), WRITES);
  }

  /** Some bytes of some of its pages are others. */
  private static byte[] changed(byte[] disk, Random random, int pages) {
    byte[] changed = disk.clone();
    for (int i = 0; i < pages; i++) {
      changed[disk.length - 1 - random.nextInt(WRITES) * 65536 - random.nextInt(60000)] ^= 1;
    }
    return changed;
  }

  /** A copy from one host to the other, after which both keep what they know. */
  private static ChannelTally copy(
      long seed, byte[] disk, Host from, Host to, int historyPages, boolean usesBaselines)
      throws IOException {
    TwoHosts hosts = new TwoHosts(seed);
    hosts.addLink();
    hosts.addLink();
    hosts.answers(PORT, new byte[1], true);
    Baseline offered = usesBaselines ? from.load() : null;
    Baseline held = usesBaselines ? to.load() : null;
    FileDiskBaselines sourceFiles = from.files();
    FileDiskBaselines destinationFiles = to.files();
    try (DiskRecording sent = sourceFiles.begin(from.key, 0, true, Runnable::run);
        DiskRecording received = destinationFiles.begin(to.key, 0, false, Runnable::run)) {
      hosts.destinationHolds(held);
      hosts.destinationRecords(received);
      FakeLocalEnd local = hosts.openDisk(PORT, disk, historyPages, offered);
      local.channel().baseline().recordSentDisk(sent);
      hosts.run();
      assertArrayEquals(disk, hosts.peerOf(local).received(), "seed " + seed);
      assertEquals("", local.channel().abortReason());
      ChannelTally tally = local.channel().tally();
      assertEquals(tally.sent(), hosts.peerOf(local).channel().tally().received());
      assertEquals("", hosts.leaks());
      sourceFiles.publish(from.key, 0, sent, sent.missing());
      destinationFiles.publish(to.key, 0, received, received.missing());
      close(offered, held);
      return tally;
    }
  }

  private static void close(Baseline... all) {
    for (Baseline each : all) {
      if (each != null) {
        each.close();
      }
    }
  }

  @Test
  void bothEndsKeepTheSameAndOnlyTheOneThatTheDiskLeftItsContent() throws IOException {
    copy(1, disk(1), left, right, 512, false);
    try (DiskBaseline atSource = left.load();
        DiskBaseline atDestination = right.load()) {
      assertArrayEquals(atSource.id(), atDestination.id());
      assertEquals(WRITES * 16, atSource.pages());
      assertEquals(List.of(), atSource.missing());
      assertTrue(Files.size(left.file()) > DiskBaselineFormat.CONTENT_OFFSET);
      assertTrue(Files.size(right.file()) < 1 << 20);
    }
  }

  @Test
  void aDiskThatComesBackTravelsAsReferencesAgainAndAgain() throws IOException {
    byte[] disk = disk(1);
    copy(1, disk, left, right, 512, false);
    for (int trip = 0; trip < 6; trip++) {
      disk = changed(disk, new Random(trip), 5);
      boolean isBack = trip % 2 == 0;
      ChannelTally tally =
          copy(trip, disk, isBack ? right : left, isBack ? left : right, 512, true);
      assertTrue(tally.sent().pages().baseline() > 300, tally::toString);
      assertTrue(tally.wireBytes() < tally.rawBytes() / 8, tally::toString);
    }
  }

  @Test
  void needsNoHistoryInMemory() throws IOException {
    copy(1, disk(1), left, right, 0, false);
    ChannelTally tally = copy(2, changed(disk(1), new Random(9), 3), right, left, 0, true);
    assertTrue(tally.sent().pages().baseline() > 300, tally::toString);
  }

  @Test
  void aDiskOfOtherContentTravelsWhole() throws IOException {
    copy(1, disk(1), left, right, 512, false);
    ChannelTally tally = copy(2, disk(2), right, left, 512, true);
    assertTrue(tally.sent().pages().baseline() < 100, tally::toString);
  }

  @Test
  void whatTheDestinationLacksTravelsWhole() throws IOException {
    copy(1, disk(1), left, right, 512, false);
    copy(2, disk(1), left, right, 512, false); // "left" has content, and comes as the source here
    ChannelTally tally = copy(3, disk(1), left, right, 512, true);
    assertEquals(0, tally.sent().pages().baseline());
  }

  /** Time and size are as they were, so that only the use of a page can see it. */
  @Test
  void aPageThatIsNotAsItWasKeptIsNeverDelivered() throws IOException {
    byte[] disk = disk(1);
    copy(1, disk, left, right, 512, false);
    Path file = left.file();
    FileTime before = Files.getLastModifiedTime(file);
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
      long at = DiskBaselineFormat.contentOffset(0);
      for (; at < content.length(); at += PageSize.BYTES / 2) {
        content.seek(at);
        content.write(77);
      }
    }
    Files.setLastModifiedTime(file, before);
    TwoHosts hosts = new TwoHosts(4);
    hosts.addLink();
    try (DiskBaseline offered = right.load();
        DiskBaseline held = left.load()) {
      hosts.destinationHolds(held);
      FakeLocalEnd local = hosts.openDisk(PORT, disk, 512, offered);
      hosts.run();
      String reason = local.channel().abortReason();
      assertTrue(reason.contains("disk's baseline"), reason);
      byte[] received = hosts.peerOf(local).received();
      assertArrayEquals(Arrays.copyOf(disk, received.length), received);
      assertEquals("", hosts.leaks());
    }
  }
}
