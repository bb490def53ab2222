package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.congestion.RateLimit;
import io.novacron.dwcp.congestion.SendLimits;
import io.novacron.dwcp.testing.FakeLocalEnd;
import io.novacron.dwcp.testing.TwoHosts;
import io.novacron.dwcp.wire.ChannelKind;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LimitedSessionTest {
  private static final long MB = 1_000_000;
  private static final byte[] NOISE = noise();

  private RateLimit peer = RateLimit.none();

  private static byte[] noise() {
    byte[] bytes = new byte[24_000_000];
    new Random(20261123).nextBytes(bytes);
    return bytes;
  }

  private TwoHosts near(long seed, long bytesPerSecond) {
    peer = RateLimit.none();
    TwoHosts hosts = new TwoHosts(seed, new SendLimits(peer, RateLimit.none()));
    peer.change(bytesPerSecond, hosts.clock().getAsLong());
    hosts.areNear();
    hosts.addLink();
    hosts.addLink();
    hosts.run();
    return hosts;
  }

  private long runMillis(TwoHosts hosts, long millis) {
    long endNanos = hosts.clock().getAsLong() + millis * MB;
    long before = peer.sentBytes();
    while (hosts.clock().getAsLong() < endNanos) {
      assertTrue(hosts.step(), "nothing moves");
    }
    return peer.sentBytes() - before;
  }

  private static void assertNear(double expected, double seen, double tolerance) {
    assertTrue(
        Math.abs(seen - expected) <= tolerance * expected, seen + " B, expected " + expected);
  }

  @Test
  void holdsTenMegabytesASecondWithinFivePerCentAndFollowsAChange() {
    for (long seed = 0; seed < 3; seed++) {
      TwoHosts hosts = near(seed, 10 * MB);
      FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, 1, NOISE, true);
      runMillis(hosts, 100);
      assertNear(7.0 * MB, (double) runMillis(hosts, 700), 0.05);
      peer.change(4 * MB, hosts.clock().getAsLong());
      runMillis(hosts, 100);
      assertNear(2.0 * MB, (double) runMillis(hosts, 500), 0.05);
      peer.change(20 * MB, hosts.clock().getAsLong());
      runMillis(hosts, 100);
      assertNear(6.0 * MB, (double) runMillis(hosts, 300), 0.05);
      peer.change(RateLimit.NONE, hosts.clock().getAsLong());
      hosts.run();
      assertArrayEquals(NOISE, hosts.peerOf(local).received());
      assertEquals("", hosts.leaks());
    }
  }

  /** DESIGN 3: what was taken from QEMU and is not delivered stays 30 to 50 ms of goodput. */
  @Test
  void takesNoMoreFromQemuThanFromASlowLink() {
    TwoHosts hosts = near(1, 20 * MB);
    FakeLocalEnd local = hosts.open(ChannelKind.MEMORY, 1, NOISE, true);
    runMillis(hosts, 800); // the window's first epochs
    long mostBytes = 0;
    for (int i = 0; i < 300; i++) {
      runMillis(hosts, 1);
      mostBytes = Math.max(mostBytes, local.channel().outbound().sender().backlogBytes());
    }
    long fortyMillis = 20 * MB / 25; // and what one decision to read may bring
    assertTrue(
        mostBytes <= fortyMillis + 2 * ChannelEnd.MAX_READ_BYTES, mostBytes + " B under way");
  }

  @Test
  void givesAMigrationWithDisksNoMoreThanOneWithout() {
    TwoHosts hosts = near(2, 10 * MB);
    FakeLocalEnd alone = hosts.open(new ChannelRequest(ChannelKind.MEMORY, 7, 1, 0), NOISE);
    FakeLocalEnd memory = hosts.open(new ChannelRequest(ChannelKind.MEMORY, 8, 2, 0), NOISE);
    FakeLocalEnd disk = hosts.open(new ChannelRequest(ChannelKind.DISK, 8, 3, 0), NOISE);
    FakeLocalEnd other = hosts.open(new ChannelRequest(ChannelKind.DISK, 8, 4, 0), NOISE);
    runMillis(hosts, 500);
    long[] before = wireBytes(alone, memory, disk, other);
    runMillis(hosts, 1000);
    long[] after = wireBytes(alone, memory, disk, other);
    long of7 = after[0] - before[0];
    long of8 = after[1] + after[2] + after[3] - before[1] - before[2] - before[3];
    assertNear((double) of7, (double) of8, 0.1);
  }

  private static long[] wireBytes(FakeLocalEnd... locals) {
    long[] bytes = new long[locals.length];
    for (int i = 0; i < locals.length; i++) {
      bytes[i] = locals[i].channel().outbound().sender().wireBytes();
    }
    return bytes;
  }

  @Test
  void answersARequestAtOnceWhileAMigrationFillsTheLimit() {
    TwoHosts hosts = near(3, 10 * MB);
    hosts.open(ChannelKind.MEMORY, 1, NOISE, true);
    runMillis(hosts, 500);
    byte[] answer = {4, 2};
    hosts.answers(2, answer, true);
    long asked = hosts.clock().getAsLong();
    FakeLocalEnd rpc = hosts.open(ChannelKind.LIBVIRT_RPC, 2, new byte[500], true);
    while (rpc.received().length < answer.length) {
      assertTrue(hosts.step());
    }
    long tookMillis = (hosts.clock().getAsLong() - asked) / MB;
    assertTrue(tookMillis <= 5, tookMillis + " ms");
  }
}
