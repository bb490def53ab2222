package io.novacron.dwcp.daemon;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.novacron.dwcp.audit.AuditLog;
import io.novacron.dwcp.audit.MigrationAudit;
import io.novacron.dwcp.baseline.Baselines;
import io.novacron.dwcp.config.DaemonConfig;
import io.novacron.dwcp.config.LocalHostName;
import io.novacron.dwcp.config.TransportConfig;
import io.novacron.dwcp.congestion.StreamBounds;
import io.novacron.dwcp.history.MigrationHistory;
import io.novacron.dwcp.image.Images;
import io.novacron.dwcp.intercept.DestinationHost;
import io.novacron.dwcp.intercept.HeldGuests;
import io.novacron.dwcp.intercept.MigrationJournal;
import io.novacron.dwcp.intercept.PeerSocket;
import io.novacron.dwcp.intercept.PlainRoutes;
import io.novacron.dwcp.kernels.KernelVariants;
import io.novacron.dwcp.libvirt.LibvirtGuests;
import io.novacron.dwcp.netty.DestinationSessions;
import io.novacron.dwcp.netty.PeerLink;
import io.novacron.dwcp.netty.StreamSecurity;
import io.novacron.dwcp.netty.Transport;
import io.novacron.dwcp.netty.TransportSettings;
import io.novacron.dwcp.plugin.Peer;
import io.novacron.dwcp.relay.CallGate;
import io.novacron.dwcp.session.SessionSettings;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's long-lived objects. Nothing that belongs to one migration is built here. */
final class DaemonModule extends AbstractModule {
  private static final Logger LOG = LoggerFactory.getLogger(DaemonModule.class);

  /**
   * 2 s: at switchover the source QEMU holds its main lock while it writes, so its monitor is dead
   * and the guest stands still; longer than this, running on at the source is the better end.
   */
  private static final long SWITCHOVER_BUDGET_NANOS = 2_000_000_000L;

  private final DaemonConfig config;

  DaemonModule(DaemonConfig config) {
    this.config = config;
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    binder().disableCircularProxies();
    bind(PlainRoutes.class).toInstance(new PlainRoutes());
  }

  @Provides
  @Singleton
  KernelVariants kernels() {
    KernelVariants variants = KernelVariants.load();
    variants
        .refused()
        .forEach(each -> LOG.warn("kernel variant {} refused: {}", each.variant(), each.reason()));
    LOG.info("page kernels: {}", variants.chosen().variant());
    return variants;
  }

  @Provides
  @Singleton
  Transport transport(KernelVariants kernels, StreamSecurity security) {
    TransportConfig wanted = config.transport();
    SessionSettings session =
        new SessionSettings(
            wanted.receiveWindowBytes(),
            wanted.outageBudget().toNanos(),
            Math.min(SWITCHOVER_BUDGET_NANOS, wanted.outageBudget().toNanos()));
    TransportSettings settings =
        new TransportSettings(
            hostName(),
            new SecureRandom().nextLong(),
            ProtocolVersions.SPOKEN,
            new StreamBounds(wanted.leastStreams(), wanted.streams(), wanted.mostStreams()),
            wanted.congestionControl(),
            wanted.workerThreads(Runtime.getRuntime().availableProcessors()),
            wanted.historyBudgetBytes(),
            wanted.historyReserveBytes(),
            (int) wanted.connectTimeout().toMillis(),
            (int) wanted.handshakeTimeout().toMillis(),
            wanted.peerQuarantine().toNanos(),
            session);
    return new Transport(settings, kernels.chosen(), security);
  }

  @Provides
  @Singleton
  StreamSecurity security(AuditLog audit) {
    return PeerSecurity.of(config, audit);
  }

  private String hostName() {
    return config.hostName().orElseGet(LocalHostName::read);
  }

  @Provides
  @Singleton
  MigrationHistory history() {
    return MigrationHistory.open(config.stateDir(), config.history().entries(), LOG::warn);
  }

  @Provides
  @Singleton
  AuditLog audit() {
    return new AuditLog(config.stateDir(), InstantSource.system(), LOG::warn);
  }

  @Provides
  @Singleton
  MigrationJournal journal(MigrationHistory history, AuditLog audit) {
    return new MigrationJournal(
        history, List.of(new MigrationAudit(audit::write)), InstantSource.system(), audit::write);
  }

  @Provides
  @Singleton
  Optional<Baselines> baselines(KernelVariants kernels, MigrationJournal journal) {
    return config.baselines().isEnabled()
        ? OpenedBaselines.in(config.baselineDir(), config.baselines(), kernels.chosen(), journal)
        : Optional.empty();
  }

  @Provides
  @Singleton
  Optional<Images> images(KernelVariants kernels, MigrationJournal journal) {
    return config.images().isEnabled()
        ? OpenedImages.in(config.imageDir(), config.images(), kernels.chosen(), journal)
        : Optional.empty();
  }

  @Provides
  @Singleton
  DestinationSessions destinations(
      Transport transport,
      MigrationJournal journal,
      Optional<Baselines> baselines,
      Optional<Images> images) {
    DestinationHost host =
        new DestinationHost(
            hostName(),
            () -> config.local().libvirtSocketNow(Files::exists),
            config.security().onlyMigrationCalls() ? CallGate::forMigrations : CallGate::open,
            journal,
            baselines,
            images,
            transport.settings().historyBudgetBytes());
    return new DestinationSessions(transport, host);
  }

  @Provides
  @Singleton
  SendingLimits limits() {
    List<String> names = config.peers().peers().stream().map(Peer::name).toList();
    return new SendingLimits(config.limits(), names, System::nanoTime);
  }

  @Provides
  @Singleton
  List<PeerSocket> peerSockets(
      Transport transport,
      SendingLimits limits,
      MigrationJournal journal,
      PlainRoutes routes,
      Optional<Baselines> baselines,
      Optional<Images> images) {
    PeerSocket.Wiring wiring =
        new PeerSocket.Wiring(
            hostName(),
            config.local().dataPorts(),
            journal,
            routes,
            baselines,
            images,
            DowntimeLimiting.of(config.local(), journal),
            new HeldGuests.With(
                new LibvirtGuests(() -> config.local().libvirtSocketNow(Files::exists)),
                socket -> new LibvirtGuests(() -> socket),
                Thread::sleep),
            config.local().earlyDiskReplies());
    List<PeerSocket> sockets = new ArrayList<>();
    for (Peer peer : config.peers().peers()) {
      String host = peer.address().getHostString();
      PeerLink link =
          new PeerLink(
              transport,
              peer.name(),
              host,
              peer.address().getPort(),
              limits.of(peer.name()),
              channel -> {
                if (!channel.abortReason().isEmpty()) {
                  journal.count("channels.reset");
                }
              });
      sockets.add(new PeerSocket(peer, link, config.peerSocket(peer.name()), wiring));
    }
    return List.copyOf(sockets);
  }

  @Provides
  @Singleton
  DaemonReport report(
      Transport transport,
      KernelVariants kernels,
      MigrationHistory history,
      MigrationJournal journal,
      List<PeerSocket> peerSockets,
      Optional<Baselines> baselines,
      Optional<Images> images,
      SendingLimits limits) {
    return new DaemonReport(
        config,
        new DaemonReport.Parts(
            transport, kernels, history, journal, peerSockets, baselines, images, limits));
  }

  @Provides
  @Singleton
  Lifecycle lifecycle(
      Transport transport,
      DestinationSessions destinations,
      List<PeerSocket> peerSockets,
      DaemonReport report) {
    return new Lifecycle(config, transport, destinations, peerSockets, report);
  }
}
