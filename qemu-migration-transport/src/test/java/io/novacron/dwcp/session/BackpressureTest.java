package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackpressureTest {
  private static final int MIB = 1024 * 1024;

  private static byte[] incompressible(int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    new Random(lengthBytes).nextBytes(bytes);
    return bytes;
  }

  @Test
  void readsNoMoreFromTheSourceWhileTheDestinationDoesNotRead() {
    for (long seed = 0; seed < 10; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      hosts.addLink();
      hosts.addLink();
      byte[] forward = incompressible(12 * MIB);
      FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, 1, forward, true);
      while (hosts.peerOf(local) == null || hosts.peerOf(local).received().length < MIB) {
        assertTrue(hosts.step());
      }
      hosts.peerOf(local).takes(false);
      hosts.run();
      int read = local.givenBytes() - hosts.peerOf(local).received().length;
      assertTrue(read <= 5 * MIB, "seed " + seed + ": " + read + " B are held");
      assertTrue(hosts.sourceSide().buffers().peakBytes() <= 6 * MIB);
      assertTrue(hosts.destinationSide().buffers().peakBytes() <= 6 * MIB);
      hosts.peerOf(local).takes(true);
      hosts.run();
      assertArrayEquals(forward, hosts.peerOf(local).received(), "seed " + seed);
      assertEquals("", hosts.leaks());
    }
  }

  /** QEMU's multifd waits for a packet on every channel: one that stands must not hold another. */
  @Test
  void goesOnWithAChannelWhileTheDestinationOfAnotherDoesNotRead() {
    for (long seed = 0; seed < 10; seed++) {
      TwoHosts hosts = new TwoHosts(seed);
      hosts.addLink();
      byte[] forward = incompressible(4 * MIB);
      FakeLocalEnd standing = hosts.open(ChannelKind.MEMORY, 1, forward, true);
      while (hosts.peerOf(standing) == null) {
        assertTrue(hosts.step());
      }
      hosts.peerOf(standing).takes(false);
      FakeLocalEnd moving = hosts.open(ChannelKind.MEMORY, 1, forward, true);
      hosts.run();
      assertArrayEquals(forward, hosts.peerOf(moving).received(), "seed " + seed);
      assertTrue(standing.givenBytes() < forward.length);
      hosts.peerOf(standing).takes(true);
      hosts.run();
      assertArrayEquals(forward, hosts.peerOf(standing).received(), "seed " + seed);
    }
  }

  @Test
  void wakesAChannelThatWaitsForBatchesOfOthers() {
    for (long seed = 0; seed < 60; seed++) {
      TwoHosts hosts = new TwoHosts(seed, 2);
      hosts.addLink();
      byte[][] streams = new byte[5][];
      FakeLocalEnd[] locals = new FakeLocalEnd[5];
      for (int i = 0; i < 5; i++) {
        streams[i] = SyntheticStreams.migration(hosts.random(), 100 + 50 * i);
        locals[i] = hosts.open(ChannelKind.MEMORY, i, streams[i], true);
      }
      hosts.run();
      hosts.pass(20_000);
      for (int i = 0; i < 5; i++) {
        assertArrayEquals(streams[i], hosts.peerOf(locals[i]).received(), "seed " + seed);
      }
      assertEquals("", hosts.leaks());
    }
  }
}
