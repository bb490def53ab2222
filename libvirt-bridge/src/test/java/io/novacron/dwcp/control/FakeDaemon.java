package io.novacron.dwcp.control;

import io.novacron.dwcp.control.StatusReport.ActiveMigration;
import io.novacron.dwcp.history.MigrationRecord;
import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Outcome;
import io.novacron.dwcp.plugin.MigrationListener.Result;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.MigrationListener.Traffic;
import io.novacron.dwcp.plugin.MigrationListener.Transport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A daemon with one migration under way, three peers in as many states, and two in its past. */
public final class FakeDaemon implements DaemonView {

  public static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  private static final UUID GUEST = UUID.fromString("6695eb01-f6a4-8304-79aa-97f2502e193f");

  private static final UUID UNNAMED_GUEST = new UUID(1, 2);

  @Override
  public StatusReport status() {
    return new StatusReport(
        "0.1.0",
        4711,
        "host-a",
        NOON,
        3_725.5,
        "0.0.0.0:16590",
        "none",
        "avx2",
        List.of("security.mode is none"),
        List.of(
            new ActiveMigration(
                "m3",
                "vm-1",
                Role.SOURCE,
                "host-b",
                Transport.DWCP,
                "pre-copy",
                NOON,
                512L << 20,
                64L << 20,
                8)),
        Map.of("host", 50_000_000L, "host-b", 10_000_000L),
        List.of(
            new StatusReport.KnownImage(
                "/var/lib/nova/instances/_base/0a1b", 2L << 30, 12L << 20, NOON)),
        Map.of("fallbacks.no-daemon", 2L, "migrations.completed", 14L));
  }

  @Override
  public List<PeerReport> peers() {
    return List.of(
        peer("host-b", PeerReport.State.CONNECTED, null, null, 40_200L),
        peer("host-c", PeerReport.State.UNREACHABLE, null, "connect timed out after 3 s", null),
        peer("host-d", PeerReport.State.QUARANTINED, NOON, "session broke", null));
  }

  private static PeerReport peer(
      String name, PeerReport.State state, Instant until, String error, Long rttMicros) {
    String libvirt = name.equals("host-d") ? null : "qemu+tcp://" + name + "/system";
    int streams = state == PeerReport.State.CONNECTED ? 8 : 0;
    return new PeerReport(
        name,
        name + ":16590",
        libvirt,
        "/run/dwcp/" + name + ".sock",
        state,
        until,
        streams,
        error,
        rttMicros,
        streams == 0 ? null : new PeerReport.Path(16, 40_900L, 2_896_000, true, 12_500_000, 3));
  }

  @Override
  public List<BaselineReport> baselines() {
    return List.of(
        new BaselineReport(GUEST, "vm-1", "host-b", 180L << 20, NOON),
        new BaselineReport(UNNAMED_GUEST, null, "host-c", 3L << 20, NOON));
  }

  @Override
  public List<BaselineReport> dropBaselines(Optional<UUID> guest) {
    return baselines().stream()
        .filter(each -> guest.isEmpty() || guest.get().equals(each.guest()))
        .toList();
  }

  @Override
  public List<LimitReport> limits() {
    return List.of(
        new LimitReport("host", 50_000_000L, null, 12_500_000, 3L << 30),
        new LimitReport("host-b", null, 10_000_000L, 0, 0));
  }

  @Override
  public List<LimitReport> setLimit(String name, long bytesPerSecond) throws ControlException {
    if (!name.equals("host-b")) {
      throw new ControlException("no peer is named \"" + name + "\"; known are host-b");
    }
    Long limit = bytesPerSecond == 0 ? null : Long.valueOf(bytesPerSecond);
    return List.of(limits().getFirst(), new LimitReport(name, limit, 10_000_000L, 0, 0));
  }

  @Override
  public List<MigrationRecord> history(int limit) {
    var all =
        List.of(
            completed(),
            MigrationRecord.running(migration("m1"), Transport.PLAIN_TCP, "peer has no dwcpd"));
    return all.subList(0, Math.min(limit, all.size()));
  }

  public static MigrationRecord completed() {
    var traffic = new Traffic(1L << 30, 100L << 20, 8, Map.of("zero", 40L, "full", 2L), 12, 300);
    return MigrationRecord.of(
        migration("m2"),
        new Result(
            Outcome.COMPLETED,
            Transport.DWCP,
            "peer is healthy",
            Duration.ofMillis(5_250),
            traffic));
  }

  private static Migration migration(String id) {
    return new Migration(id, Role.SOURCE, "vm-1", Optional.of(GUEST), "host-a", "host-b", NOON);
  }
}
