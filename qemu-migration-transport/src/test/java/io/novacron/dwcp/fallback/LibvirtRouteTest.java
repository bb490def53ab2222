package io.novacron.dwcp.fallback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibvirtRouteTest {
  private static LibvirtRoute of(String uri) {
    return LibvirtRoute.of(URI.create(uri));
  }

  @Test
  void readsTcpWithItsRegisteredPortOrAnother() {
    assertEquals(new LibvirtRoute.Tcp("host-b", 16509), of("qemu+tcp://host-b/system"));
    assertEquals(new LibvirtRoute.Tcp("10.0.0.2", 1234), of("qemu+tcp://10.0.0.2:1234/system"));
    assertEquals(new LibvirtRoute.Tcp("fd00::2", 16509), of("qemu+tcp://[fd00::2]/system"));
  }

  @Test
  void readsTlsWhichIsAlsoWhatAUriWithoutTransportMeans() {
    assertEquals(new LibvirtRoute.Tls("host-b", 16514), of("qemu+tls://host-b/system"));
    assertEquals(new LibvirtRoute.Tls("host-b", 16514), of("qemu://host-b/system"));
    assertEquals(new LibvirtRoute.Tls("host-b", 443), of("qemu://host-b:443/system"));
  }

  @Test
  void readsSshAndLeavesUserAndPortToItWhenTheyAreNotGiven() {
    assertEquals(new LibvirtRoute.Ssh("", "host-b", 0), of("qemu+ssh://host-b/system"));
    assertEquals(
        new LibvirtRoute.Ssh("nova", "host-b", 2222), of("qemu+ssh://nova@host-b:2222/system"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qemu:///system",
        "qemu+unix:///system?socket=/run/x",
        "qemu+tcp:///system",
        "qemu+libssh://host-b/system",
        "xen://host-b/",
        "host-b",
        "qemu+tcp://host_b/system",
        "mailto:someone"
      })
  void saysWhyAUriNamesNoWay(String uri) {
    LibvirtRoute.Unusable unusable = assertInstanceOf(LibvirtRoute.Unusable.class, of(uri));
    assertTrue(unusable.reason().contains(uri), unusable.reason());
  }

  @Test
  void countsEachKindOfFallbackUnderItsOwnName() {
    Set<String> names = new HashSet<>();
    for (Fallback.Kind kind : Fallback.Kind.values()) {
      assertTrue(names.add(kind.counterName()), kind.counterName());
    }
    assertEquals("quarantined: so", new Fallback(Fallback.Kind.QUARANTINED, "so").toString());
  }
}
