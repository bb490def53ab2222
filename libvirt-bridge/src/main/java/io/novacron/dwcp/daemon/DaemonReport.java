package io.novacron.dwcp.daemon;

import io.novacron.dwcp.baseline.Baselines;
import io.novacron.dwcp.config.DaemonConfig;
import io.novacron.dwcp.control.BaselineReport;
import io.novacron.dwcp.control.ControlException;
import io.novacron.dwcp.control.DaemonView;
import io.novacron.dwcp.control.LimitReport;
import io.novacron.dwcp.control.PeerReport;
import io.novacron.dwcp.control.ProductVersion;
import io.novacron.dwcp.control.StatusReport;
import io.novacron.dwcp.control.StatusReport.ActiveMigration;
import io.novacron.dwcp.control.StatusReport.KnownImage;
import io.novacron.dwcp.history.MigrationHistory;
import io.novacron.dwcp.history.MigrationRecord;
import io.novacron.dwcp.image.ImageStore;
import io.novacron.dwcp.image.Images;
import io.novacron.dwcp.intercept.LiveMigration;
import io.novacron.dwcp.intercept.MigrationJournal;
import io.novacron.dwcp.intercept.PeerSocket;
import io.novacron.dwcp.kernels.KernelVariants;
import io.novacron.dwcp.netty.PathReport;
import io.novacron.dwcp.netty.PeerLink;
import io.novacron.dwcp.netty.Transport;
import io.novacron.dwcp.plugin.BaselineStore;
import io.novacron.dwcp.plugin.MigrationListener.Migration;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.MigrationListener.Traffic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What {@code dwcp status}, {@code peers} and the others show of this daemon. Any thread. */
final class DaemonReport implements DaemonView {
  private static final long LOOK_MILLIS = 500;

  private final DaemonConfig config;
  private final Transport transport;
  private final KernelVariants kernels;
  private final MigrationHistory history;
  private final MigrationJournal journal;
  private final List<PeerSocket> peerSockets;
  private final Optional<Baselines> baselines;
  private final Optional<Images> images;
  private final SendingLimits limits;
  private final InstantSource clock = InstantSource.system();
  private final Instant startedAt;

  /** The long-lived objects that it looks at. */
  record Parts(
      Transport transport,
      KernelVariants kernels,
      MigrationHistory history,
      MigrationJournal journal,
      List<PeerSocket> peerSockets,
      Optional<Baselines> baselines,
      Optional<Images> images,
      SendingLimits limits) {}

  DaemonReport(DaemonConfig config, Parts parts) {
    this.config = config;
    this.transport = parts.transport();
    this.kernels = parts.kernels();
    this.history = parts.history();
    this.journal = parts.journal();
    this.peerSockets = parts.peerSockets();
    this.baselines = parts.baselines();
    this.images = parts.images();
    this.limits = parts.limits();
    this.startedAt = clock.instant();
  }

  MigrationJournal journal() {
    return journal;
  }

  Optional<Baselines> openBaselines() {
    return baselines;
  }

  @Override
  public StatusReport status() {
    return new StatusReport(
        ProductVersion.read(),
        ProcessHandle.current().pid(),
        transport.settings().hostName(),
        startedAt,
        Duration.between(startedAt, clock.instant()).toMillis() / 1000.0,
        config.listen().getHostString() + ":" + config.listen().getPort(),
        config.security().mode().name().toLowerCase(Locale.ROOT),
        kernels.chosen().variant(),
        warnings(),
        journal.live().stream().map(DaemonReport::active).toList(),
        limits.inForce(),
        knownImages(),
        journal.counters());
  }

  private List<KnownImage> knownImages() {
    try {
      List<ImageStore.Entry> kept = images.isPresent() ? images.get().entries() : List.of();
      return kept.stream().map(DaemonReport::known).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static KnownImage known(ImageStore.Entry entry) {
    return new KnownImage(
        entry.image().toString(), entry.imageBytes(), entry.storedBytes(), entry.usedAt());
  }

  private List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    switch (config.security().mode()) {
      case TLS -> {}
      case NONE -> warnings.add("security.mode = none: peers are not authenticated");
    }
    if (history.memoryOnly()) {
      warnings.add("the state directory cannot be written: history is kept in memory only");
    }
    baselines
        .map(Baselines::writeProblem)
        .filter(problem -> !problem.isEmpty())
        .ifPresent(problem -> warnings.add("baselines cannot be written: " + problem));
    if (config.baselines().isEnabled() && baselines.isEmpty()) {
      warnings.add("baselines are off: " + config.baselineDir() + " cannot be used");
    }
    if (config.images().isEnabled() && images.isEmpty()) {
      warnings.add("images are off: " + config.imageDir() + " cannot be used");
    }
    return warnings;
  }

  private static ActiveMigration active(LiveMigration live) {
    Migration migration = live.migration();
    Optional<LiveMigration.Progress> progress = live.progress();
    Traffic traffic = progress.map(p -> p.result().traffic()).orElse(Traffic.NONE);
    return new ActiveMigration(
        migration.id(),
        migration.domain(),
        migration.role(),
        migration.role() == Role.SOURCE ? migration.destination() : migration.source(),
        live.transport(),
        progress.map(LiveMigration.Progress::phase).orElse("busy"),
        migration.startedAt(),
        traffic.rawBytes(),
        traffic.wireBytes(),
        traffic.streams());
  }

  @Override
  public List<PeerReport> peers() {
    return peerSockets.stream().map(this::peer).toList();
  }

  private PeerReport peer(PeerSocket socket) {
    PeerLink.State state = look(socket.link());
    return new PeerReport(
        socket.peer().name(),
        socket.peer().hostAndPort(),
        socket.peer().libvirt().map(Object::toString).orElse(null),
        socket.path().toString(),
        state(state),
        state.quarantineNanos() > 0 ? clock.instant().plusNanos(state.quarantineNanos()) : null,
        state.streams(),
        state.lastError().isEmpty() ? null : state.lastError(),
        micros(state.rttNanos()),
        path(state.path()));
  }

  private static PeerReport.@Nullable Path path(@Nullable PathReport seen) {
    return seen == null
        ? null
        : new PeerReport.Path(
            seen.wantedStreams(),
            micros(seen.kernelRttNanos()),
            seen.retransmittedBytes(),
            seen.isLossy(),
            seen.deliveredBytesPerSecond(),
            seen.resentFrames());
  }

  private static @Nullable Long micros(long nanos) {
    return nanos == 0 ? null : Long.valueOf(nanos / 1000);
  }

  private static PeerReport.State state(PeerLink.State state) {
    if (state.streams() > 0) {
      return PeerReport.State.CONNECTED;
    }
    if (state.quarantineNanos() > 0) {
      return PeerReport.State.QUARANTINED;
    }
    return state.lastError().isEmpty() ? PeerReport.State.IDLE : PeerReport.State.UNREACHABLE;
  }

  private static PeerLink.State look(PeerLink link) {
    try {
      return link.loop().submit(link::state).get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return PeerLink.State.unknown("its event loop did not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return PeerLink.State.unknown("interrupted");
    }
  }

  @Override
  public List<LimitReport> limits() {
    return limits.report(DaemonReport::pause);
  }

  @Override
  public List<LimitReport> setLimit(String name, long bytesPerSecond) throws ControlException {
    limits.change(name, bytesPerSecond);
    journal.decided(
        "limit-changed",
        "control.sock",
        Map.of("limit", name, "bytesPerSecond", String.valueOf(bytesPerSecond)));
    return limits();
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public List<MigrationRecord> history(int limit) {
    return history.newest(limit);
  }

  @Override
  public List<BaselineReport> baselines() {
    return entries().reversed().stream().map(this::report).toList();
  }

  @Override
  public List<BaselineReport> dropBaselines(Optional<UUID> guest) {
    if (baselines.isEmpty()) {
      return List.of();
    }
    try {
      return baselines
          .get()
          .drop(key -> guest.isEmpty() || guest.get().equals(key.guest()))
          .stream()
          .map(this::report)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<BaselineStore.Entry> entries() {
    try {
      return baselines.isPresent() ? baselines.get().entries() : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BaselineReport report(BaselineStore.Entry entry) {
    UUID guest = entry.key().guest();
    String domain =
        history.newest(Integer.MAX_VALUE).stream()
            .filter(each -> guest.equals(each.uuid()))
            .map(MigrationRecord::domain)
            .findFirst()
            .orElse(null);
    return new BaselineReport(
        guest, domain, entry.key().peerHost(), entry.storedBytes(), entry.writtenAt());
  }
}
