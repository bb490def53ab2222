package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.testing.FakeLink;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches that share a window, over streams that reorder, lose and die. */
class LaneSessionTest {
  private static final int PORT = 49152;
  private static final int POOL_BATCHES = 64;

  /** 32 MiB, as much as the window. */
  private static final int HISTORY_PAGES = 8192;

  private static int laneBatches(TwoHosts hosts) {
    return hosts.destinationSide().laneBatches();
  }

  private static FakeLocalEnd open(TwoHosts hosts, byte[] migration, int historyPages) {
    hosts.answers(PORT, new byte[10], true);
    return hosts.open(new ChannelRequest(ChannelKind.MEMORY, 1, PORT, historyPages), migration);
  }

  @Test
  void deliversALaneInOrderThoughFramesAndWorkersAreNot() {
    for (int seed = 1; seed <= 12; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      for (int link = 0; link < 1 + seed % 4; link++) {
        hosts.addLink();
      }
      byte[] migration = SyntheticStreams.migration(hosts.random(), 2500);
      FakeLocalEnd local = open(hosts, migration, HISTORY_PAGES);
      hosts.run();
      assertArrayEquals(migration, hosts.peerOf(local).received(), "seed " + seed);
      assertTrue(laneBatches(hosts) > 5, "seed " + seed + ": " + laneBatches(hosts));
      assertEquals("", hosts.leaks());
    }
  }

  @Test
  void keepsTheWindowOverAnOutageAfterWhichFramesAreSentAgain() {
    for (int seed = 1; seed <= 8; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      hosts.addLink();
      hosts.addLink();
      byte[] migration = SyntheticStreams.migration(hosts.random(), 4000);
      FakeLocalEnd local = open(hosts, migration, HISTORY_PAGES);
      while (local.givenBytes() < migration.length / 2) {
        assertTrue(hosts.step());
      }
      List.copyOf(hosts.links()).forEach(FakeLink::cut);
      hosts.run();
      hosts.pass(5_000);
      int before = laneBatches(hosts);
      hosts.addLink();
      hosts.run();
      assertArrayEquals(migration, hosts.peerOf(local).received(), "seed " + seed);
      assertTrue(laneBatches(hosts) > before, "seed " + seed);
      assertEquals("", hosts.leaks());
    }
  }

  @Test
  void resetsTheChannelWhenABatchOfTheLaneIsCorrupt() {
    TwoHosts hosts = new TwoHosts(3);
    FakeLink link = hosts.addLink();
    byte[] migration = SyntheticStreams.migration(hosts.random(), 4000);
    FakeLocalEnd local = open(hosts, migration, HISTORY_PAGES);
    while (local.givenBytes() < migration.length / 4) {
      assertTrue(hosts.step());
    }
    int corrupted = 0;
    while (corrupted == 0 && hosts.step()) {
      corrupted = link.source().corruptData();
    }
    hosts.run();
    assertTrue(corrupted > 0);
    assertTrue(local.resetReason() != null && local.resetReason().contains("INTEGRITY"));
    assertEquals("", hosts.leaks());
  }

  @Test
  void freesEverythingWhenTheChannelIsBrokenOffInTheMiddle() {
    for (int seed = 1; seed <= 8; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      hosts.addLink();
      byte[] migration = SyntheticStreams.migration(hosts.random(), 4000);
      FakeLocalEnd local = open(hosts, migration, HISTORY_PAGES);
      hosts.steps(200 + 97 * seed);
      local.channel().localReset("QEMU is gone");
      hosts.run();
      assertEquals("", hosts.leaks());
    }
  }

  @Test
  void speaksOfNoLaneToAPeerThatKnowsNone() {
    for (int version = 1; version < ProtocolVersions.LANES; version++) {
      TwoHosts hosts = new TwoHosts(version, POOL_BATCHES, version);
      hosts.addLink();
      byte[] migration = SyntheticStreams.migration(hosts.random(), 1500);
      FakeLocalEnd local = open(hosts, migration, HISTORY_PAGES);
      hosts.run();
      assertArrayEquals(migration, hosts.peerOf(local).received());
      assertEquals(0, laneBatches(hosts));
    }
  }

  @Test
  void usesNoLaneThatIsLargerThanTheHistory() {
    TwoHosts hosts = new TwoHosts(1);
    hosts.addLink();
    byte[] migration = SyntheticStreams.migration(hosts.random(), 1500);
    FakeLocalEnd local = open(hosts, migration, HISTORY_PAGES - 1);
    hosts.run();
    assertArrayEquals(migration, hosts.peerOf(local).received());
    assertNull(hosts.peerOf(local).resetReason());
    assertEquals(0, laneBatches(hosts));
  }
}
