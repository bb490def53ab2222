package io.novacron.dwcp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.novacron.dwcp.testing.MadeCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFilesTest {
  @TempDir static Path made;
  @TempDir Path host;

  @BeforeAll
  static void makeCertificates() throws Exception {
    assumeTrue(MadeCertificates.opensslIsThere(), "openssl is not installed");
    MadeCertificates certificates = new MadeCertificates(made);
    certificates.authority("ca");
    certificates.certificate("host-a", "ca", "host-a", "DNS:host-a,DNS:a.example.org,IP:10.0.0.1");
    certificates.certificate("old", "ca", "host-a.example.org", "");
  }

  private static void copy(String from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(made.resolve(from), to);
  }

  private static void own(Path directory) throws IOException {
    copy("ca.pem", directory.resolve("ca.pem"));
    copy("host-a.pem", directory.resolve("cert.pem"));
    copy("host-a.key", directory.resolve("key.pem"));
  }

  private static void qemu(Path pki) throws IOException {
    copy("ca.pem", pki.resolve("qemu/ca-cert.pem"));
    for (String end : List.of("client", "server")) {
      copy("host-a.pem", pki.resolve("qemu/" + end + "-cert.pem"));
      copy("host-a.key", pki.resolve("qemu/" + end + "-key.pem"));
    }
  }

  private CertificateSearch search() {
    return CertificateSearch.in(host.resolve("dwcp"), host.resolve("pki"));
  }

  @Test
  void readsNamesAndAddressesOfACertificate() throws Exception {
    own(host.resolve("dwcp"));
    Credentials read = CertificateFiles.in(host.resolve("dwcp")).load();
    CertificateNames names = CertificateNames.of(read.listening().leaf());
    assertEquals("CN=host-a,O=Example", names.subject());
    assertEquals(List.of("host-a", "a.example.org", "10.0.0.1"), names.names());
    assertEquals(List.of(), read.revocations());
  }

  @Test
  void takesTheCommonNameWhereThereAreNoOthers() throws Exception {
    CertificateNames names =
        CertificateNames.of(CertificateFiles.certificates(made.resolve("old.pem"))[0]);
    assertEquals(List.of("host-a.example.org"), names.names());
  }

  @Test
  void prefersOurOwnDirectory() throws Exception {
    own(host.resolve("dwcp"));
    qemu(host.resolve("pki"));
    CertificateFiles found = assertInstanceOf(CertificateSearch.Found.class, search()).files();
    assertEquals(host.resolve("dwcp/ca.pem"), found.ca());
  }

  @Test
  void takesTheHostsOwnWhereOursIsEmpty() throws Exception {
    qemu(host.resolve("pki"));
    CertificateFiles found = assertInstanceOf(CertificateSearch.Found.class, search()).files();
    assertEquals(host.resolve("pki/qemu/ca-cert.pem"), found.ca());
    assertEquals("CN=host-a,O=Example", found.load().dialling().toString());
  }

  @Test
  void doesNotGoOnToOthersWhenOursLacksItsKey() throws Exception {
    own(host.resolve("dwcp"));
    Files.delete(host.resolve("dwcp/key.pem"));
    qemu(host.resolve("pki"));
    List<String> problems = assertInstanceOf(CertificateSearch.NotFound.class, search()).problems();
    assertEquals(1, problems.size());
    assertTrue(problems.getFirst().contains("key.pem"), problems::toString);
    assertTrue(problems.getFirst().contains("dwcp tls issue"), problems::toString);
  }

  @Test
  void namesEveryFileThatItLookedFor() {
    String said =
        String.join("\n", assertInstanceOf(CertificateSearch.NotFound.class, search()).problems());
    for (CertificateFiles each : CertificateFiles.ofHost(host.resolve("pki"))) {
      each.required().forEach(file -> assertTrue(said.contains(file.toString()), said));
    }
    CertificateFiles.in(host.resolve("dwcp"))
        .required()
        .forEach(file -> assertTrue(said.contains(file.toString()), said));
  }

  @Test
  void refusesTheKeyOfAnother() throws Exception {
    own(host.resolve("dwcp"));
    Files.delete(host.resolve("dwcp/key.pem"));
    copy("old.key", host.resolve("dwcp/key.pem"));
    IOException refused =
        assertThrows(IOException.class, () -> CertificateFiles.in(host.resolve("dwcp")).load());
    assertTrue(String.valueOf(refused.getMessage()).contains("is not the key of"));
  }

  @Test
  void toldCredentialsHaveNoKey() throws Exception {
    own(host.resolve("dwcp"));
    String told = CertificateFiles.in(host.resolve("dwcp")).load().toString();
    assertTrue(!told.contains("PRIVATE") && !told.contains("privateKey"), told);
  }
}
