package io.novacron.dwcp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerRulesTest {
  private static final Map<String, Set<String>> PEERS =
      Map.of("b", Set.of("b", "host-b.example.org"), "c", Set.of("c", "10.0.0.3"));

  private static final PeerRules PEERS_ONLY = new PeerRules(PEERS, List.of());

  private static CertificateNames names(String... names) {
    return new CertificateNames("CN=" + names[0] + ",O=Example", List.of(names));
  }

  @Test
  void dialledPeerMustBearOneOfItsOwnNames() {
    assertEquals(
        Optional.empty(), PEERS_ONLY.objectionToDialled("b", names("x", "HOST-B.example.org")));
    String objection = PEERS_ONLY.objectionToDialled("b", names("c", "10.0.0.3")).orElseThrow();
    assertTrue(objection.contains("expected one for b or host-b.example.org"), objection);
  }

  @Test
  void callerMustBearTheNameOfSomePeerUnlessPatternsSayOtherwise() {
    assertEquals(Optional.empty(), PEERS_ONLY.objectionToCaller(names("10.0.0.3")));
    assertTrue(PEERS_ONLY.objectionToCaller(names("laptop")).isPresent());
  }

  @Test
  void patternsReplaceTheNamesOfPeers() {
    PeerRules patterns =
        new PeerRules(
            PEERS, List.of(new NamePattern("node-??.example.org"), new NamePattern("*,O=Other")));
    assertEquals(Optional.empty(), patterns.objectionToCaller(names("node-07.example.org")));
    assertEquals(
        Optional.empty(),
        patterns.objectionToCaller(new CertificateNames("CN=x,O=Other", List.of("x"))));
    assertTrue(patterns.objectionToCaller(names("node-7.example.org")).isPresent());
    assertTrue(patterns.objectionToCaller(names("node-07.example.org.evil")).isPresent());
    assertTrue(patterns.objectionToCaller(names("b")).isPresent());
  }

  @Test
  void dotInAPatternIsADot() {
    assertTrue(new NamePattern("a.b").matches("A.B"));
    assertTrue(!new NamePattern("a.b").matches("axb"));
    assertTrue(!new NamePattern("a.b").matches("a.b.c"));
  }

  @Test
  void hostMayNameItselfAsItsCertificateDoesOrByTheFirstPartOfIt() {
    CertificateNames shown = names("host-b.example.org", "10.0.0.2");
    assertEquals(Optional.empty(), PEERS_ONLY.objectionToName("host-b", shown));
    assertEquals(Optional.empty(), PEERS_ONLY.objectionToName("Host-B.Example.org", shown));
    assertEquals(Optional.empty(), PEERS_ONLY.objectionToName("10.0.0.2", shown));
    assertTrue(PEERS_ONLY.objectionToName("host-a", shown).isPresent());
    assertTrue(PEERS_ONLY.objectionToName("host-b.other.org", shown).isPresent());
    assertTrue(PEERS_ONLY.objectionToName("host", shown).isPresent());
  }

  @Test
  void starInACertificateStandsForOnePartOfAName() {
    CertificateNames shown = names("*.example.org");
    assertTrue(shown.include("host-b.example.org"));
    assertTrue(!shown.include("example.org"));
    assertTrue(!shown.include("x.host-b.example.org"));
    assertTrue(!shown.include(".example.org"));
  }

  @Test
  void addressesOfIpv6AreComparedAsAddresses() {
    assertTrue(names("2001:db8:0:0:0:0:0:3").include("2001:db8::3"));
    assertTrue(!names("2001:db8:0:0:0:0:0:4").include("2001:db8::3"));
  }
}
