package io.novacron.dwcp.netty;

import static io.novacron.dwcp.netty.TwoDaemons.PATIENCE_SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.novacron.dwcp.fallback.Fallback;
import io.novacron.dwcp.fallback.Fallback.Kind;
import io.novacron.dwcp.kernels.JavaPageKernels;
import io.novacron.dwcp.session.SourceSession;
import io.novacron.dwcp.testing.MadeCertificates;
import io.novacron.dwcp.testing.SyntheticStreams;
import io.novacron.dwcp.tls.CertificateFiles;
import io.novacron.dwcp.tls.NamePattern;
import io.novacron.dwcp.tls.PeerRules;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(180)
class TlsStreamsTest {
  private static final int MIB = 1024 * 1024;

  /** Long enough for a cold JVM on a busy machine; reached by the silent peer only. */
  private static final long HANDSHAKE_MILLIS = 20_000;

  private static final PeerRules SOURCE_RULES =
      new PeerRules(Map.of("host-b", Set.of("host-b", "127.0.0.1")), List.of());

  private static final PeerRules DESTINATION_RULES =
      new PeerRules(Map.of("host-a", Set.of("host-a")), List.of());

  @TempDir static Path directory;
  private static MadeCertificates certificates;

  @BeforeAll
  static void makeCertificates() throws Exception {
    assumeTrue(MadeCertificates.opensslIsThere(), "openssl is not installed");
    certificates = new MadeCertificates(directory);
    certificates.authority("ca");
    certificates.authority("stranger");
    certificates.certificate("host-a", "ca", "host-a");
    certificates.certificate("host-b", "ca", "host-b");
    certificates.certificate("host-c", "ca", "host-c");
    certificates.certificate("impostor", "stranger", "host-a");
  }

  private static TlsStreams source(TlsStreams.Provider provider, String certificate)
      throws IOException {
    return streams(provider, SOURCE_RULES, certificates.files("ca", certificate));
  }

  private static TlsStreams destination(TlsStreams.Provider provider, String certificate)
      throws IOException {
    return streams(provider, DESTINATION_RULES, certificates.files("ca", certificate));
  }

  private static TlsStreams streams(
      TlsStreams.Provider provider, PeerRules rules, CertificateFiles files) throws IOException {
    return new TlsStreams(provider, rules, HANDSHAKE_MILLIS, files.load());
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static String whyNot(PeerLink link, Kind kind) {
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> await(TwoDaemons.acquire(link)));
    Fallback fallback = assertInstanceOf(TwoDaemons.Unavailable.class, failed.getCause()).fallback;
    assertEquals(kind, fallback.kind(), fallback.toString());
    return fallback.detail();
  }

  private static void assertContains(String text, String part) {
    assertTrue(text.contains(part), text);
  }

  private static void carry(TwoDaemons daemons, PeerLink link, int bytes) throws Exception {
    try (Programs programs = new Programs()) {
      byte[] migration = SyntheticStreams.migration(new Random(1), bytes / 4096);
      byte[] answer = new byte[100_000];
      CompletableFuture<byte[]> received = new CompletableFuture<>();
      SourceSession session = await(TwoDaemons.acquire(link));
      int port = daemons.intercept(link, session, programs.sink(received, answer));
      CompletableFuture<byte[]> talk = programs.talkTo(port, migration);
      assertArrayEquals(migration, await(received));
      assertArrayEquals(answer, await(talk));
    }
  }

  @ParameterizedTest
  @CsvSource({"BORINGSSL,BORINGSSL", "JDK,BORINGSSL", "BORINGSSL,JDK", "JDK,JDK"})
  void carriesAMigrationBetweenAllProviders(
      TlsStreams.Provider source, TlsStreams.Provider destination) throws Exception {
    try (TwoDaemons daemons =
        new TwoDaemons(8, source(source, "host-a"), destination(destination, "host-b"))) {
      carry(daemons, daemons.link(daemons.port()), 32 * MIB);
    }
  }

  @ParameterizedTest
  @EnumSource(TlsStreams.Provider.class)
  void losesNoByteOnAPathThatResetsItsConnections(TlsStreams.Provider provider) throws Exception {
    try (TwoDaemons daemons =
            new TwoDaemons(4, source(provider, "host-a"), destination(provider, "host-b"));
        Programs programs = new Programs()) {
      Random random = new Random(3);
      int path = programs.brittlePath(daemons.port(), random, MIB / 2, 3 * MIB);
      carry(daemons, daemons.link(path), 16 * MIB);
    }
  }

  @ParameterizedTest
  @EnumSource(TlsStreams.Provider.class)
  void refusesPeerOfAnotherName(TlsStreams.Provider provider) throws Exception {
    try (TwoDaemons daemons =
        new TwoDaemons(2, source(provider, "host-a"), destination(provider, "host-c"))) {
      String reason = whyNot(daemons.link(daemons.port()), Kind.PEER_NOT_DWCP);
      assertContains(reason, "host-c");
      assertContains(reason, "expected one for 127.0.0.1 or host-b");
    }
  }

  @ParameterizedTest
  @EnumSource(TlsStreams.Provider.class)
  void refusesPeerOfAnotherAuthority(TlsStreams.Provider provider) throws Exception {
    TlsStreams stranger =
        streams(provider, SOURCE_RULES, certificates.files("stranger", "impostor"));
    try (TwoDaemons daemons = new TwoDaemons(2, stranger, destination(provider, "host-b"))) {
      assertContains(whyNot(daemons.link(daemons.port()), Kind.PEER_NOT_DWCP), "TLS: ");
      assertEquals(0, daemons.destination().count());
    }
  }

  @ParameterizedTest
  @EnumSource(TlsStreams.Provider.class)
  void refusesCallerOfAnotherAuthority(TlsStreams.Provider provider) throws Exception {
    TlsStreams stranger = streams(provider, SOURCE_RULES, certificates.files("ca", "impostor"));
    try (TwoDaemons daemons = new TwoDaemons(2, stranger, destination(provider, "host-b"))) {
      String reason = whyNot(daemons.link(daemons.port()), Kind.PEER_NOT_DWCP);
      assertContains(reason, "does not accept the certificate of this host");
      assertEquals(0, daemons.destination().count());
    }
  }

  @Test
  void refusesCallerThatIsNoConfiguredPeerAndSaysSo() throws Exception {
    TlsStreams caller =
        streams(TlsStreams.Provider.BORINGSSL, SOURCE_RULES, certificates.files("ca", "host-c"));
    try (TwoDaemons daemons =
        new TwoDaemons(2, caller, destination(TlsStreams.Provider.BORINGSSL, "host-b"))) {
      String reason = whyNot(daemons.link(daemons.port()), Kind.PEER_REFUSED);
      assertContains(reason, "NOT_ALLOWED");
      assertContains(reason, "host-c");
      assertEquals(0, daemons.destination().count());
    }
  }

  @Test
  void refusesCallerThatNamesItselfLikeAnother() throws Exception {
    PeerRules anybody = new PeerRules(Map.of(), List.of(new NamePattern("*")));
    try (TwoDaemons daemons =
        new TwoDaemons(
            2,
            source(TlsStreams.Provider.BORINGSSL, "host-c"),
            streams(TlsStreams.Provider.BORINGSSL, anybody, certificates.files("ca", "host-b")))) {
      String reason = whyNot(daemons.link(daemons.port()), Kind.PEER_REFUSED);
      assertContains(reason, "calls itself host-a");
    }
  }

  @ParameterizedTest
  @EnumSource(TlsStreams.Provider.class)
  void connectionsAfterARevocationAreRefusedAndThoseBeforeLive(TlsStreams.Provider provider)
      throws Exception {
    certificates.certificate("taken-back-" + provider, "ca", "host-a");
    TlsStreams destination = destination(provider, "host-b");
    try (TwoDaemons daemons =
        new TwoDaemons(1, source(provider, "taken-back-" + provider), destination)) {
      PeerLink before = daemons.link(daemons.port());
      carry(daemons, before, MIB);
      certificates.revoke("taken-back-" + provider, "ca");
      destination.use(certificates.files("ca", "host-b").load());
      Files.delete(directory.resolve("ca.crl"));
      carry(daemons, before, MIB);
      String reason = whyNot(daemons.link(daemons.port()), Kind.PEER_NOT_DWCP);
      assertContains(reason, "TLS: ");
    }
  }

  @Test
  void renewedCertificateIsShownToTheNextAndRunningStreamsStay() throws Exception {
    TlsStreams destination = destination(TlsStreams.Provider.BORINGSSL, "host-b");
    try (TwoDaemons daemons =
        new TwoDaemons(2, source(TlsStreams.Provider.BORINGSSL, "host-a"), destination)) {
      PeerLink before = daemons.link(daemons.port());
      carry(daemons, before, MIB);
      destination.use(certificates.files("ca", "host-c").load());
      carry(daemons, before, MIB);
      assertContains(whyNot(daemons.link(daemons.port()), Kind.PEER_NOT_DWCP), "host-c");
    }
  }

  @Test
  void callerWithoutTlsIsRefused() throws Exception {
    try (TwoDaemons daemons =
        new TwoDaemons(
            2, StreamSecurity.none(), destination(TlsStreams.Provider.BORINGSSL, "host-b"))) {
      assertContains(whyNot(daemons.link(daemons.port()), Kind.PEER_NOT_DWCP), "closed");
      assertEquals(0, daemons.destination().count());
    }
  }

  @Test
  void peerWithoutTlsIsRefused() throws Exception {
    try (TwoDaemons daemons =
        new TwoDaemons(2, source(TlsStreams.Provider.BORINGSSL, "host-a"), StreamSecurity.none())) {
      assertContains(whyNot(daemons.link(daemons.port()), Kind.PEER_NOT_DWCP), "closed");
      assertEquals(0, daemons.destination().count());
    }
  }

  @ParameterizedTest
  @EnumSource(TlsStreams.Provider.class)
  void rehearsesWithItselfWhateverItsNameIs(TlsStreams.Provider provider) throws Exception {
    TlsStreams own = source(provider, "host-c");
    new Rehearsal(RehearsalTest.settings(), new JavaPageKernels(), own).play();
  }

  @Test
  void silentCallerIsCutOff() throws Exception {
    TlsStreams impatient =
        new TlsStreams(
            TlsStreams.Provider.BORINGSSL,
            DESTINATION_RULES,
            100,
            certificates.files("ca", "host-b").load());
    try (TwoDaemons daemons =
            new TwoDaemons(2, source(TlsStreams.Provider.BORINGSSL, "host-a"), impatient);
        Socket silent = new Socket(InetAddress.getLoopbackAddress(), daemons.port())) {
      silent.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      assertEquals(-1, silent.getInputStream().read());
    }
  }
}
