package io.novacron.dwcp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private static String shown(String host) {
    return Lifecycle.hostAndPort(InetSocketAddress.createUnresolved(host, 16590));
  }

  @Test
  void namesAnAddressAsAnOperatorWroteIt() {
    assertEquals("0.0.0.0:16590", shown("0.0.0.0"));
    assertEquals("[::]:16590", shown("::"));
    assertEquals("host-b:16590", shown("host-b"));
  }
}
