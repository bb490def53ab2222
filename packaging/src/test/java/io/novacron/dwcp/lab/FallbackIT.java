package io.novacron.dwcp.lab;

import static io.novacron.dwcp.lab.Carried.assertCarried;
import static io.novacron.dwcp.lab.Carried.assertPlain;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever the peer is, the same URI migrates the guest; the history says how, and why so. */
@Tag("lab")
class FallbackIT {
  @RegisterExtension static final Lab LAB = new Lab(List.of("new"));

  /** The peers' port, as the lab configures it. */
  private static final int PORT = 16590;

  private static Guest guest;

  @BeforeAll
  static void startGuest() {
    guest = LAB.startGuest("vm", "--memory", "192", "--mib", "16", "--rate", "300");
  }

  @Test
  void peerWithoutDaemonGetsPlainTcp() {
    Host peer = guest.host().other();
    LAB.stopDaemon(peer);

    assertPlain(guest.migrate(), "peer-unreachable");
  }

  @Test
  void daemonKilledBetweenTwoMigrationsIsNoticed() {
    assertCarried(guest.migrate());
    assertCarried(guest.migrate());
    Host peer = guest.host().other();
    LAB.killDaemon(peer);

    assertPlain(guest.migrate(), "peer-unreachable");
  }

  @Test
  void peerIsCarriedAgainOnceItsDaemonIsBack() {
    Host source = guest.host();
    LAB.stopDaemon(source.other());
    assertPlain(guest.migrate(), "peer-unreachable");
    LAB.startDaemon(source.other());
    assertCarried(guest.migrate());

    assertCarried(guest.migrate());
  }

  @Test
  void peerOfAnotherProtocolVersionGetsPlainTcpBothWays() {
    Host peer = guest.host().other();
    LAB.stopDaemon(peer);
    OtherProtocol.startDaemon(LAB, peer);
    try {
      HistoryEntry there = guest.migrate();
      assertPlain(there, "peer-refused");
      assertPlain(there, "protocol 1..6 offered, " + OtherProtocol.SPOKEN + " spoken here");

      HistoryEntry back = guest.migrate();
      assertPlain(back, "peer-refused");
      assertPlain(back, "protocol " + OtherProtocol.SPOKEN + " offered, 1..6 spoken here");
    } finally {
      LAB.stopDaemon(peer);
    }
  }

  @Test
  void peerThatAcceptsAndSaysNothingGetsPlainTcp() {
    assertPlain(migrateTo("OPEN:/dev/null", "-u"), "peer-not-dwcp");
  }

  @Test
  void peerThatSpeaksHttpGetsPlainTcp() throws IOException {
    Path answer = LAB.directory().resolve("boot/http");
    Files.writeString(
        answer,
        "#!/bin/sh\nprintf 'HTTP/1.1 400 Bad Request\\r\\nConnection: close\\r\\n\\r\\n'\n");
    assertTrue(answer.toFile().setExecutable(true));

    assertPlain(migrateTo("EXEC:/var/lib/dwcp-lab/http"), "peer-not-dwcp");
  }

  @Test
  void peerThatSaysGarbageForeverGetsPlainTcp() {
    assertPlain(migrateTo("OPEN:/dev/urandom,ignoreeof"), "peer-not-dwcp");
  }

  /** Migrates while something else than a daemon answers on the destination's port. */
  private static HistoryEntry migrateTo(String answer, String... options) {
    Host peer = guest.host().other();
    LAB.stopDaemon(peer);
    String socat = "socat " + String.join(" ", options) + " TCP-LISTEN:%d,fork,reuseaddr '%s'";
    CommandRun listener =
        LAB.beginOn(peer, "sh", "-c", "exec timeout 120 " + socat.formatted(PORT, answer));
    try {
      Await.until(
          Duration.ofSeconds(10),
          "the other listener",
          () -> LAB.on(peer, "ss", "-Hltn").contains(":" + PORT) ? "" : "not there");
      return guest.migrate();
    } finally {
      LAB.on(peer, "sh", "-c", "kill $(pgrep -x socat)");
      listener.await(Duration.ofSeconds(10));
    }
  }

  @Test
  void tunnelledMigrationIsLeftAlone() {
    assertPlain(guest.migrate("--tunnelled"), "tunnelled");
  }

  @Test
  void migrationThatQemuEncryptsIsLeftAlone() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl makes the certificates");
    makeCertificates(LAB.directory().resolve("boot/pki"));
    for (Host host : Host.values()) {
      LAB.on(host, "sh", "-c", "mkdir -p /etc/pki && cp -r /var/lib/dwcp-lab/pki /etc/pki/qemu");
    }

    assertPlain(guest.migrate("--tls"), "TLS by QEMU");
  }

  /** One certificate of its own authority for both hosts, as server and as client. */
  private static void makeCertificates(Path directory) throws IOException {
    Files.createDirectories(directory);
    String script =
        """
        set -e
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lab -keyout ca-key.pem -out ca-cert.pem \
          -addext keyUsage=critical,keyCertSign
        openssl req -newkey rsa:2048 -nodes -subj /CN=host -keyout server-key.pem -out host.csr
        printf 'subjectAltName=DNS:host-a,DNS:host-b\\n' >host.ext
        openssl x509 -req -in host.csr -CA ca-cert.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile host.ext \
          -out server-cert.pem
        cp server-key.pem client-key.pem
        cp server-cert.pem client-cert.pem
        """;
    new CommandRun(new ProcessBuilder("sh", "-c", script).directory(directory.toFile()))
        .await(Duration.ofMinutes(1))
        .expectSuccess();
  }

  @Test
  void fullStateDirectoryCostsOnlyTheHistoryOnDisk() {
    for (Host host : Host.values()) {
      LAB.stopDaemon(host);
      LAB.on(
          host,
          "sh",
          "-c",
          "mount -t tmpfs -o size=16k full /var/lib/dwcp"
              + " && ! dd if=/dev/zero of=/var/lib/dwcp/fill bs=1k 2>/dev/null");
      LAB.startDaemon(host);
    }
    try {
      assertCarried(guest.migrate());
      assertCarried(guest.migrate());
      List<String> log = LAB.daemonLog(guest.host());
      assertTrue(
          log.stream().anyMatch(line -> line.contains("No space left on device")), log::toString);
    } finally {
      for (Host host : Host.values()) {
        LAB.stopDaemon(host);
        LAB.on(host, "umount", "/var/lib/dwcp");
      }
    }
  }
}
