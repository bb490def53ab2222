package io.novacron.dwcp.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerTest {

  @Test
  void writesAddressAsOperatorsDo() {
    assertEquals("host-b:16590", peer("host-b").hostAndPort());
    assertEquals("[2001:db8::1]:16590", peer("2001:db8::1").hostAndPort());
  }

  @Test
  void refusesResolvedAddress() {
    var resolved = new InetSocketAddress(InetAddress.getLoopbackAddress(), 16590);
    assertThrows(
        IllegalArgumentException.class, () -> new Peer("host-b", resolved, Optional.empty()));
  }

  private static Peer peer(String host) {
    return new Peer("b", InetSocketAddress.createUnresolved(host, 16590), Optional.empty());
  }
}
