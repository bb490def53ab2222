package io.novacron.dwcp.daemon;

import io.novacron.dwcp.baseline.Baselines;
import io.novacron.dwcp.config.DaemonConfig;
import io.novacron.dwcp.control.ControlServer;
import io.novacron.dwcp.control.ProductVersion;
import io.novacron.dwcp.intercept.MigrationJournal;
import io.novacron.dwcp.intercept.PeerSocket;
import io.novacron.dwcp.netty.DestinationSessions;
import io.novacron.dwcp.netty.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon from its first socket to its last: opens everything, tells systemd, waits for SIGTERM,
 * lets running migrations end, resets what is left, and leaves no socket behind.
 */
final class Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  /**
   * 60 s for running migrations to end after SIGTERM: within systemd's default stop timeout of 90
   * s. What is still running then is reset: its guest runs on at the source.
   */
  private static final long DRAIN_MILLIS = 60_000;

  private static final long DRAIN_STEP_MILLIS = 100;

  /** 1 s for the history entries of migrations that were reset. */
  private static final long LAST_ENTRIES_MILLIS = 1_000;

  private final DaemonConfig config;
  private final Transport transport;
  private final DestinationSessions destinations;
  private final List<PeerSocket> peerSockets;
  private final MigrationJournal journal;
  private final DaemonReport report;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  Lifecycle(
      DaemonConfig config,
      Transport transport,
      DestinationSessions destinations,
      List<PeerSocket> peerSockets,
      DaemonReport report) {
    this.config = config;
    this.transport = transport;
    this.destinations = destinations;
    this.peerSockets = peerSockets;
    this.report = report;
    this.journal = report.journal();
  }

  /** Runs until SIGTERM or SIGINT. However it ends, the sockets are gone. */
  void run() throws IOException, InterruptedException {
    try {
      serve();
    } finally {
      peerSockets.forEach(Lifecycle::stopAccepting);
      transport.close();
      report.openBaselines().ifPresent(Baselines::close);
      LOG.info("stopped"); // the last word: the hook ends the JVM with what follows
      stopped.countDown(); // and it must not wait for what will not come
    }
  }

  private void serve() throws IOException, InterruptedException {
    warnOfMissingSecurity();
    Files.createDirectories(config.runtimeDir());
    listen();
    SystemdNotify systemd = SystemdNotify.of(System.getenv(), ProcessHandle.current().pid());
    ControlServer control = ControlServer.open(config.controlSocket(), report);
    try {
      openPeerSockets(); // after the control socket, which refuses to be a second daemon
      Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "dwcp-stop"));
      tell(() -> systemd.ready("serving " + peerSockets.size() + " peers"));
      LOG.info("ready");
      decided("daemon-started");
      transport.warmUp();
      awaitStop(systemd);
      tell(() -> systemd.stopping("waiting for running migrations"));
      drain();
      decided("daemon-stopped");
    } finally {
      control.close();
    }
  }

  private void decided(String event) {
    String mode = config.security().mode().name().toLowerCase(Locale.ROOT);
    journal.decided(event, "", Map.of("version", ProductVersion.read(), "security", mode));
  }

  private void openPeerSockets() throws IOException {
    for (PeerSocket each : peerSockets) {
      each.open();
      LOG.info("peer {} ({}) at {}", each.peer().name(), each.peer().hostAndPort(), each.path());
    }
  }

  /** A message to systemd. */
  private interface Notice {
    void send() throws IOException;
  }

  /** Guests migrate whether or not systemd hears of it, so a failure is only logged. */
  private static void tell(Notice notice) {
    try {
      notice.send();
    } catch (IOException e) {
      LOG.warn("systemd was not told: {}", e.getMessage());
    }
  }

  /** Waits for the signal; tells systemd's watchdog meanwhile that the daemon lives. */
  private void awaitStop(SystemdNotify systemd) throws InterruptedException {
    Optional<Duration> period = systemd.watchdogPeriod();
    if (period.isEmpty()) {
      stop.await();
      return;
    }
    while (!stop.await(period.get().toMillis(), TimeUnit.MILLISECONDS)) {
      tell(systemd::alive);
    }
  }

  private void warnOfMissingSecurity() {
    switch (config.security().mode()) {
      case TLS -> {}
      case NONE ->
          LOG.warn(
              "security.mode = none: whoever reaches {} can ask this host's libvirt for anything"
                  + " that root may; use it in a lab or on a network of its own only",
              hostAndPort(config.listen()));
    }
  }

  private void listen() throws IOException {
    InetSocketAddress wanted = config.listen();
    InetSocketAddress address = new InetSocketAddress(wanted.getHostString(), wanted.getPort());
    try {
      destinations.listen(address).sync();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while listening on " + hostAndPort(wanted), e);
    } catch (Exception e) {
      throw new IOException("cannot listen on " + hostAndPort(wanted) + ": " + e.getMessage(), e);
    }
    LOG.info("listening on {} for other hosts", hostAndPort(wanted));
  }

  /** As an operator wrote it; an address of IPv6 in brackets. */
  static String hostAndPort(InetSocketAddress address) {
    String host = address.getHostString();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** The JVM's shutdown hook: the process may end only when the orderly stop is through. */
  private void signalled() {
    stop.countDown();
    try {
      if (!stopped.await(DRAIN_MILLIS + 10_000, TimeUnit.MILLISECONDS)) {
        LOG.error("the orderly stop took too long; leaving");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void stopAccepting(PeerSocket socket) {
    try {
      socket.stopAccepting();
    } catch (IOException e) {
      LOG.warn("the socket {} stays behind: {}", socket.path(), e.getMessage());
    }
  }

  private void drain() throws InterruptedException {
    LOG.info("stopping: {} migrations run", journal.live().size());
    destinations.stopAccepting();
    peerSockets.forEach(Lifecycle::stopAccepting);
    awaitIdle(DRAIN_MILLIS);
    if (!journal.live().isEmpty()) {
      LOG.warn("resetting {} migrations that did not end in time", journal.live().size());
    }
    peerSockets.forEach(each -> each.close("the source's daemon stops"));
    destinations.finishAll("the destination's daemon stops");
    Thread.sleep(DRAIN_STEP_MILLIS);
    awaitIdle(LAST_ENTRIES_MILLIS);
  }

  private void awaitIdle(long limitMillis) throws InterruptedException {
    for (long waited = 0;
        !journal.live().isEmpty() && waited < limitMillis;
        waited += DRAIN_STEP_MILLIS) {
      Thread.sleep(DRAIN_STEP_MILLIS);
    }
  }
}
