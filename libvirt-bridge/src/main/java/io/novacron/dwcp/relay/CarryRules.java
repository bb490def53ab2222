package io.novacron.dwcp.relay;

import java.util.Optional;

/** The rules by which the source's daemon carries a migration or leaves it alone. */
final class CarryRules {
  private CarryRules() {}

  static CarryDecision decide(PrepareCall call, RelayPolicy policy) {
    return byFlags(call)
        .or(() -> byUris(call))
        .or(() -> bySource(call, policy))
        .or(() -> policy.dataPath().problem())
        .<CarryDecision>map(CarryDecision.Plain::new)
        .orElseGet(CarryDecision.Carry::new);
  }

  private static Optional<String> byFlags(PrepareCall call) {
    if (call.tunnelled()) {
      return Optional.of("tunnelled: the data travels inside libvirt's connection");
    }
    if (call.flags().offline()) {
      return Optional.of("offline: only the definition moves");
    }
    if (call.flags().tls() && call.tlsDestination().isEmpty()) {
      // QEMU would check the certificate against the host of our URI, 127.0.0.1.
      return Optional.of("TLS by QEMU without tls.destination");
    }
    return Optional.empty();
  }

  private static Optional<String> byUris(PrepareCall call) {
    if (call.disksUri().isPresent()) {
      // The source connects to the host in its own copy of that URI, which we do not see again.
      return Optional.of("disks_uri gives the disks a path of their own");
    }
    if (call.listenAddress().isEmpty()
        && call.parameters().list().size() == RpcLimits.MAX_PARAMETERS) {
      return Optional.of(
          "no room for listen_address among %d parameters".formatted(RpcLimits.MAX_PARAMETERS));
    }
    return call.migrateUri().flatMap(CarryRules::byMigrateUri);
  }

  private static Optional<String> byMigrateUri(String text) {
    try {
      String scheme = MigrationUri.parse(text).scheme();
      return scheme.equals(MigrationUri.TCP) || scheme.equals(MigrationUri.DWCP)
          ? Optional.empty()
          : Optional.of("migrate_uri has the scheme " + scheme);
    } catch (RpcException e) {
      return Optional.of("migrate_uri not understood: " + e.problem());
    }
  }

  private static Optional<String> bySource(PrepareCall call, RelayPolicy policy) {
    if (call.destinationName().isEmpty()) {
      return Optional.of("the call does not name its guest");
    }
    return policy.isLocal(call)
        ? Optional.empty()
        : Optional.of(
            "the guest runs on host %s, not on this one"
                .formatted(call.sourceHostname().orElse("(not named)")));
  }
}
