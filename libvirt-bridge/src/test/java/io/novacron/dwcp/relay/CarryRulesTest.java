package io.novacron.dwcp.relay;

import static io.novacron.dwcp.relay.SampleMessages.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.relay.CarryDecision.Carry;
import io.novacron.dwcp.relay.CarryDecision.Plain;
import java.util.Collections;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CarryRulesTest {
  private static final int TUNNELLED = 1 << 2;
  private static final int OFFLINE = 1 << 10;
  private static final int TLS = 1 << 16;
  private static final RelayPolicy HEALTHY =
      new RelayPolicy("host-a", Optional.empty(), Optional::empty);

  @Test
  void carriesAnOrdinaryMigration() throws RpcException {
    assertEquals(new Carry(), decide(1));
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://host-b, ''",
    "tcp:host-b:50000, ''",
    "dwcp://host-b, ''",
    "rdma://host-b, migrate_uri has the scheme rdma",
    "unix:///run/sock, migrate_uri has the scheme unix",
    "host-b, migrate_uri not understood: 'host-b' is no migration URI"
  })
  void judgesTheSchemeOfTheMigrationUri(String uri, String reason) throws RpcException {
    CarryDecision expected = reason.isEmpty() ? new Carry() : new Plain(reason);
    assertEquals(expected, decide(1, text("migrate_uri", uri)));
  }

  @Test
  void leavesATunnelledMigrationAlone() throws RpcException {
    assertPlain("tunnelled", decide(TUNNELLED));
  }

  @Test
  void leavesAnOfflineMigrationAlone() throws RpcException {
    assertPlain("offline", decide(OFFLINE));
  }

  @Test
  void carriesTlsOnlyWhenTheCertificatesNameIsGiven() throws RpcException {
    assertPlain("tls.destination", decide(TLS));
    assertEquals(new Carry(), decide(TLS, text("tls.destination", "host-b")));
  }

  @Test
  void leavesAMigrationAloneWhoseDisksHaveTheirOwnUri() throws RpcException {
    assertPlain("disks_uri", decide(1, text("disks_uri", "tcp://host-b:10809")));
  }

  @Test
  void leavesAMigrationAloneThatAThirdHostDrives() throws RpcException {
    RelayPolicy elsewhere = new RelayPolicy("host-c", Optional.empty(), Optional::empty);
    assertEquals(new Plain("the guest runs on host host-a, not on this one"), decide(elsewhere, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "host-a, true",
    "HOST-A, true",
    "host-a.example.org, true",
    "host-ab, false",
    "host-b.example.org, false"
  })
  void matchesAHostNameWithAndWithoutItsDomain(String ours, boolean local) throws RpcException {
    RelayPolicy policy = new RelayPolicy(ours, Optional.empty(), Optional::empty);
    assertEquals(local, decide(policy, 1) instanceof Carry);
  }

  @Test
  void trustsTheHostUuidMoreThanTheName() throws RpcException {
    UUID same = UUID.fromString("11111111-1111-1111-1111-111111111111");
    assertEquals(
        new Carry(), decide(new RelayPolicy("other", Optional.of(same), Optional::empty), 1));
    assertPlain(
        "not on this one",
        decide(new RelayPolicy("host-a", Optional.of(UUID.randomUUID()), Optional::empty), 1));
  }

  @Test
  void leavesAMigrationAloneWhenTheSessionIsNotHealthy() throws RpcException {
    RelayPolicy down =
        new RelayPolicy("host-a", Optional.empty(), () -> Optional.of("peer not reached"));
    assertEquals(new Plain("peer not reached"), decide(down, 1));
  }

  @Test
  void leavesAMigrationAloneWhoseParameterListIsFull() throws RpcException {
    TypedParameter[] full =
        Collections.nCopies(64, text("migrate_disks", "vda")).toArray(TypedParameter[]::new);
    assertPlain("no room", decide(1, full));
    full[3] = text("listen_address", "::");
    assertEquals(new Carry(), decide(1, full));
  }

  private static void assertPlain(String reason, CarryDecision decision) {
    assertTrue(decision instanceof Plain(String why) && why.contains(reason), decision::toString);
  }

  private static CarryDecision decide(int flags, TypedParameter... parameters) throws RpcException {
    return decide(HEALTHY, flags, parameters);
  }

  private static CarryDecision decide(RelayPolicy policy, int flags, TypedParameter... parameters)
      throws RpcException {
    return CarryRules.decide(
        PrepareCall.parse(SampleMessages.prepare(1, flags, parameters)), policy);
  }
}
