package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.qemustream.MigrationStreamParser;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.MadeImage;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** OPEN offers images, OPENED takes some; whatever comes of it, the bytes are right. */
class ImageNegotiationTest {
  private static final int PORT = 49152;

  private static byte[] guest() {
    return SyntheticStreams.migration(new Random(5), 300);
  }

  private static MadeImage imageOfGuest() {
    return MadeImage.of(guest(), new MigrationStreamParser());
  }

  private static FakeLocalEnd open(TwoHosts hosts, int historyPages, List<ImageIndex> offered) {
    return hosts.open(
        new ChannelRequest(ChannelKind.MEMORY, 1, PORT, historyPages, null, offered, null),
        guest());
  }

  /** The counts at the source; closes the indexes. */
  private static ChannelTally visit(
      long seed, int historyPages, List<ImageIndex> offered, List<ImageIndex> held) {
    TwoHosts hosts = new TwoHosts(seed);
    hosts.addLink();
    hosts.addLink();
    hosts.destinationHas(held);
    hosts.answers(PORT, new byte[1], true);
    FakeLocalEnd local = open(hosts, historyPages, offered);
    hosts.run();
    assertArrayEquals(guest(), hosts.peerOf(local).received(), "seed " + seed);
    assertEquals("", local.channel().abortReason());
    ChannelTally tally = local.channel().tally();
    assertEquals(tally.sent(), hosts.peerOf(local).channel().tally().received());
    assertEquals("", hosts.leaks());
    offered.forEach(ImageIndex::close);
    held.forEach(ImageIndex::close);
    return tally;
  }

  @Test
  void usesTheImageThatBothHave() {
    MadeImage image = imageOfGuest();
    for (long seed = 0; seed < 10; seed++) {
      int historyPages = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 512 : 8192; // the last has a lane
      ChannelTally tally =
          visit(seed, historyPages, List.of(image.index()), List.of(image.index()));
      assertTrue(tally.sent().pages().full() < 20, tally::toString); // those that a flush cut
      assertTrue(tally.sent().pages().image() > 100, tally::toString);
      assertTrue(tally.wireBytes() < tally.rawBytes() / 20, tally::toString);
    }
    assertEquals(0, image.holders());
  }

  /** The slots of the second follow those of the images that were taken, not of all offered. */
  @Test
  void usesThoseOfSeveralImagesThatBothHave() {
    MadeImage whole = imageOfGuest();
    MadeImage first = whole.part(0, 90);
    MadeImage second = whole.part(90, whole.pages());
    MadeImage other =
        MadeImage.of(SyntheticStreams.migration(new Random(6), 100), new MigrationStreamParser());
    for (long seed = 0; seed < 10; seed++) {
      ChannelTally tally =
          visit(
              seed,
              512,
              List.of(other.index(), second.index(), first.index()),
              List.of(first.index(), second.index()));
      assertTrue(tally.sent().pages().full() < 20, tally::toString);
    }
    assertEquals(0, first.holders() + second.holders() + other.holders());
  }

  @Test
  void goesWithoutWhereOneSideHasNoneOrAnother() {
    MadeImage image = imageOfGuest();
    MadeImage other = image.part(1, image.pages());
    ChannelTally neither = visit(1, 512, List.of(), List.of(image.index()));
    assertEquals(0, neither.sent().pages().image());
    ChannelTally none = visit(2, 512, List.of(image.index()), List.of());
    assertEquals(0, none.sent().pages().image());
    ChannelTally another = visit(3, 512, List.of(image.index()), List.of(other.index()));
    assertEquals(0, another.sent().pages().image());
    assertEquals(0, image.holders() + other.holders());
  }

  /** The migration fails, and nothing of the changed block reaches QEMU. */
  @Test
  void breaksTheChannelWhereTheFileWasWrittenTo() {
    for (long seed = 0; seed < 10; seed++) {
      MadeImage image = imageOfGuest();
      List<ImageIndex> offered = List.of(image.index());
      List<ImageIndex> held = List.of(image.index());
      for (int block = 0; block < image.pages(); block++) {
        image.overwrite(block);
      }
      TwoHosts hosts = new TwoHosts(seed);
      hosts.addLink();
      hosts.destinationHas(held);
      FakeLocalEnd local = open(hosts, seed % 2 == 0 ? 512 : 8192, offered);
      hosts.run();
      String reason = local.channel().abortReason();
      assertTrue(reason.contains("the guest's image"), reason);
      byte[] received = hosts.peerOf(local).received();
      assertArrayEquals(Arrays.copyOf(guest(), received.length), received);
      offered.forEach(ImageIndex::close);
      held.forEach(ImageIndex::close);
      assertEquals(0, image.holders(), "seed " + seed);
    }
  }

  @Test
  void refusesAnOfferInAnOlderVersion() {
    MadeImage image = imageOfGuest();
    TwoHosts hosts = new TwoHosts(9, 64, ProtocolVersions.IMAGES - 1);
    hosts.addLink();
    List<ImageIndex> offered = List.of(image.index());
    FakeLocalEnd local = open(hosts, 512, offered);
    hosts.run();
    assertEquals(0, hosts.source().liveStreams());
    assertNull(hosts.peerOf(local));
    assertEquals("", hosts.leaks());
    offered.forEach(ImageIndex::close);
  }
}
