package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.testing.FakeLink;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever streams die and whenever: the bytes arrive, each once, in order, and both ways. */
class StreamDeathTest {

  private static final List<ChannelKind> KINDS = List.of(ChannelKind.values());

  private static final class Transfer {
    final FakeLocalEnd local;
    final byte[] forward;
    final byte[] answer;

    Transfer(FakeLocalEnd local, byte[] forward, byte[] answer) {
      this.local = local;
      this.forward = forward;
      this.answer = answer;
    }
  }

  @Test
  void everyByteArrivesOnceAndInOrderWhateverStreamsDie() {
    for (long seed = 0; seed < 400; seed++) {
      transferAmongDeaths(seed);
    }
  }

  private static void transferAmongDeaths(long seed) {
    TwoHosts hosts = new TwoHosts(seed);
    Random random = hosts.random();
    int streams = random.nextInt(1, 6);
    for (int i = 0; i < streams; i++) {
      hosts.addLink();
    }
    FakeLocalEnd libvirt = hosts.open(ChannelKind.LIBVIRT_RPC, 1, new byte[100], false);
    hosts.answers(1, new byte[50], true);
    List<Transfer> transfers = new ArrayList<>();
    int deaths = random.nextInt(1, 30);
    for (int death = 0; death < deaths; death++) {
      if (transfers.size() < 4 && random.nextInt(3) == 0) {
        transfers.add(open(hosts, 1000 + transfers.size()));
      }
      hosts.steps(random.nextInt(1, 120));
      cutOne(hosts, random);
      if (hosts.links().size() < streams && random.nextInt(3) > 0) {
        hosts.addLink();
      }
    }
    transfers.add(open(hosts, 2000));
    libvirt.endsAfterInput();
    hosts.addLink();
    hosts.run();
    hosts.pass(3000);
    for (Transfer transfer : transfers) {
      assertTransferred("seed " + seed, hosts, transfer);
    }
    assertFalse(hosts.source().hasChannels(), "seed " + seed + ": a channel is left at the source");
    assertFalse(hosts.destination().hasChannels(), "seed " + seed + ": a channel is left");
    assertEquals("", hosts.leaks());
  }

  private static void cutOne(TwoHosts hosts, Random random) {
    List<FakeLink> links = hosts.links();
    if (!links.isEmpty()) {
      links.get(random.nextInt(links.size())).cut();
    }
  }

  private static Transfer open(TwoHosts hosts, int port) {
    Random random = hosts.random();
    ChannelKind kind = KINDS.get(random.nextInt(KINDS.size()));
    byte[] forward =
        switch (kind) {
          case LIBVIRT_RPC -> SyntheticStreams.noise(random, random.nextInt(40_000));
          case MEMORY -> SyntheticStreams.migration(random, random.nextInt(1, 400));
          case DISK -> SyntheticStreams.disk(random, random.nextInt(1, 20));
        };
    byte[] answer = SyntheticStreams.noise(random, random.nextInt(60_000));
    hosts.answers(port, answer, true);
    return new Transfer(hosts.open(kind, port, forward, true), forward, answer);
  }

  private static void assertTransferred(String seed, TwoHosts hosts, Transfer transfer) {
    FakeLocalEnd there = hosts.peerOf(transfer.local);
    assertNotNull(there, seed + ": never connected");
    assertNull(there.resetReason(), seed);
    assertNull(transfer.local.resetReason(), seed);
    assertArrayEquals(transfer.forward, there.received(), seed);
    assertArrayEquals(transfer.answer, transfer.local.received(), seed);
    assertTrue(there.isOutputEnded() && transfer.local.isOutputEnded(), seed);
  }
}
