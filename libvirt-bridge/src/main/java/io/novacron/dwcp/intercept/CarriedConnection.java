package io.novacron.dwcp.intercept;

import io.netty.channel.Channel;
import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.encoding.BaselinePages;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.intercept.SourceRelayHandler.Announced;
import io.novacron.dwcp.nbd.WriteWindow;
import io.novacron.dwcp.netty.LocalSocketHandler;
import io.novacron.dwcp.netty.PeerLink;
import io.novacron.dwcp.page.PageSize;
import io.novacron.dwcp.plugin.MigrationListener.Role;
import io.novacron.dwcp.plugin.Peer;
import io.novacron.dwcp.relay.CarryDecision;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.MigrationEvent.Subject;
import io.novacron.dwcp.relay.MigrationFlags;
import io.novacron.dwcp.relay.MigrationOutcome;
import io.novacron.dwcp.relay.PrepareReply;
import io.novacron.dwcp.relay.RelayAction;
import io.novacron.dwcp.relay.RelayPolicy;
import io.novacron.dwcp.relay.SourceRelay;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.ChannelRequest;
import io.novacron.dwcp.session.EarlyWrites;
import io.novacron.dwcp.session.SourceSession;
import io.novacron.dwcp.wire.ChannelKind;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One libvirt connection that goes through the session, with the listeners and data channels of the
 * migrations on it. Event loop of the peer only.
 */
final class CarriedConnection implements SourceRelayHandler.Effects {
  private static final Logger LOG = LoggerFactory.getLogger(CarriedConnection.class);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PeerLink link;
  private final SourceSession session;
  private final Path socketPath;
  private final PeerSocket.Wiring wiring;
  private final MigrationFollower follower;

  /** Joins this connection's channels at the destination. */
  private final long connectionId = RANDOM.nextLong();

  private final Map<Subject, DataListeners> listeners = new HashMap<>();
  private final HistoryShare history;
  private final GuestVisits visits;
  private final ImageVisits images;
  private final Map<Subject, LoweredDowntime> downtimes = new HashMap<>();

  /** The disks whose writes are acknowledged early. */
  private final Map<Subject, List<EarlyWrites>> disks = new HashMap<>();

  /** Its baseline is counted in the history. */
  private @Nullable BaselinePages counted;

  private @Nullable Channel libvirt;
  private @Nullable ChannelEnd rpc;

  /** Migrations that were handed over and not confirmed. */
  private final Set<Subject> finishing = new HashSet<>();

  private boolean closed;

  CarriedConnection(
      Peer peer, PeerLink link, SourceSession session, Path socketPath, PeerSocket.Wiring wiring) {
    this.link = link;
    this.session = session;
    this.socketPath = socketPath;
    this.wiring = wiring;
    this.history = new HistoryShare(link.historyBudgetBytes() / PageSize.BYTES);
    GuestVisits.With with =
        new GuestVisits.With(
            wiring.baselines(),
            wiring.images(),
            link.peerHostName(),
            link.version(),
            link.historyBudgetBytes(),
            session);
    this.visits = new GuestVisits(with, link.loop());
    this.images = new ImageVisits(with, link.loop());
    this.follower =
        new MigrationFollower(
            wiring.journal(),
            link.loop(),
            new MigrationFollower.Ends(Role.SOURCE, wiring.hostName(), peer.name()),
            session::liveStreams);
  }

  void begin(Channel socket) {
    if (!WaitingSocketHandler.letGo(socket)) {
      return;
    }
    RelayPolicy policy = new RelayPolicy(wiring.hostName(), Optional.empty(), new OwnPath());
    LocalSocketHandler local = new LocalSocketHandler(socket, this::held);
    socket
        .pipeline()
        .addLast("relay", new SourceRelayHandler(new SourceRelay(policy), this))
        .addLast("local", local);
    libvirt = socket;
    ChannelEnd channel =
        session.open(new ChannelRequest(ChannelKind.LIBVIRT_RPC, connectionId, 0, 0), local);
    rpc = channel;
    local.join(channel);
    socket.closeFuture().addListener(future -> closed());
  }

  private void closed() {
    closed = true;
    listeners.values().forEach(DataListeners::close);
  }

  /** This connection's own session: there may be a newer one. */
  private final class OwnPath implements RelayPolicy.DataPath {
    @Override
    public Optional<String> problem() {
      return isDown()
          ? Optional.of("the session to the peer has no stream right now")
          : Optional.empty();
    }

    @Override
    public boolean isDown() {
      return session.ended() != null || session.liveStreams() == 0;
    }
  }

  /** The session is gone and libvirt's Finish call was not answered. */
  private void held(String reason) {
    wiring.journal().count("connections.held");
    LOG.error(
        "libvirt's connection to {} is held, since its Finish call was not answered ({}): a guest"
            + " that left may run there, and is asked for. Stopping dwcpd makes libvirt run it"
            + " here",
        link.peerName(),
        reason);
    List<UUID> guests = new ArrayList<>();
    for (Subject subject : finishing) {
      if (subject.uuid().isEmpty()) {
        return;
      }
      guests.add(subject.uuid().get());
    }
    HeldGuests held =
        new HeldGuests(
            wiring.held(), socketPath, guests, session::unheardNanos, this::breakLibvirt);
    Thread.ofPlatform().daemon().name("dwcp-held").start(held);
  }

  private void breakLibvirt() {
    Channel open = libvirt;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void event(MigrationEvent event) {
    if (event instanceof MigrationEvent.Ended ended) {
      DataListeners open = listeners.remove(ended.subject());
      if (open != null) {
        open.close();
      }
      disks.remove(ended.subject());
    }
    follower.event(event);
    visits.event(event);
    images.event(event);
    downtime(event);
    verdict(event);
  }

  private void verdict(MigrationEvent event) {
    ChannelEnd channel = rpc;
    if (channel == null) {
      return;
    }
    switch (event) {
      case MigrationEvent.Finishing asked -> {
        if (!asked.cancelled()) {
          finishing.add(asked.subject());
          channel.verdictAsked();
        }
      }
      case MigrationEvent.Ended ended -> {
        if (ended.outcome().answersHandOver()) {
          finishing.remove(ended.subject());
          channel.verdictCame();
        }
      }
      case MigrationEvent.Requested ignored -> {}
      case MigrationEvent.Prepared ignored -> {}
      case MigrationEvent.NotUnderstood ignored -> {}
    }
  }

  private void downtime(MigrationEvent event) {
    switch (event) {
      case MigrationEvent.Prepared prepared -> lower(prepared.subject());
      case MigrationEvent.Ended ended -> {
        LoweredDowntime lowered = downtimes.remove(ended.subject());
        if (lowered != null) {
          lowered.ended(ended.outcome() == MigrationOutcome.COMPLETED);
        }
      }
      case MigrationEvent.Requested ignored -> {}
      case MigrationEvent.Finishing ignored -> {}
      case MigrationEvent.NotUnderstood ignored -> {}
    }
  }

  /** With several connections none tells when all memory was sent once. */
  private void lower(Subject subject) {
    boolean isCarried = subject.decision() instanceof CarryDecision.Carry;
    MigrationFlags flags = subject.flags();
    if (wiring.downtime().isPresent()
        && subject.uuid().isPresent()
        && isCarried
        && !flags.parallel()
        && !flags.postCopyResume()) {
      LoweredDowntime lowered =
          new LoweredDowntime(wiring.downtime().get(), link.loop(), subject.uuid().get());
      downtimes.put(subject, lowered);
      lowered.begin();
    }
  }

  /** The reply waits for the baseline: once it is passed on, libvirt sends the guest. */
  @Override
  public void announce(RelayAction.AnnouncePorts announcement, Announced answer) {
    Subject subject = announcement.subject();
    visits.whenReady(
        subject,
        baseline ->
            visits.whenDisksAreLoaded(
                subject, () -> images.whenLooked(subject, () -> listen(announcement, answer))));
  }

  private void listen(RelayAction.AnnouncePorts announcement, Announced answer) {
    if (closed) {
      return; // libvirt went away while the baseline was awaited: nobody would close the listeners
    }
    Subject subject = announcement.subject();
    PrepareReply reply = announcement.reply();
    DataListeners open = new DataListeners(link.loop(), wiring.dataPorts());
    DataListeners former = listeners.put(subject, open);
    if (former != null) {
      former.close();
    }
    open.open(
        socket -> data(subject, ChannelKind.MEMORY, reply.memoryPort(), socket),
        new DataListeners.Opened() {
          @Override
          public void listening(int memoryPort) {
            announceDisks(subject, reply, open, memoryPort, answer);
          }

          @Override
          public void failed(String reason) {
            answer.failed(reason);
          }
        });
  }

  private void announceDisks(
      Subject subject, PrepareReply reply, DataListeners open, int memoryPort, Announced answer) {
    if (reply.nbdPort().isEmpty()) {
      answer.listening(memoryPort, OptionalInt.empty());
      return;
    }
    int nbdPort = reply.nbdPort().getAsInt();
    open.open(
        socket -> data(subject, ChannelKind.DISK, nbdPort, socket),
        new DataListeners.Opened() {
          @Override
          public void listening(int diskPort) {
            answer.listening(memoryPort, OptionalInt.of(diskPort));
          }

          @Override
          public void failed(String reason) {
            answer.failed(reason);
          }
        });
  }

  /** libvirt or QEMU connected: its channel goes to the destination's port, in this order. */
  private void data(Subject subject, ChannelKind kind, int port, Channel socket) {
    if (session.ended() != null) {
      socket.close();
      return;
    }
    LocalSocketHandler local = new LocalSocketHandler(socket);
    socket.pipeline().addLast("local", local);
    Baseline baseline =
        switch (kind) {
          case MEMORY -> baseline(subject);
          case DISK -> visits.nextDisk(subject);
          case LIBVIRT_RPC -> null;
        };
    int historyPages = history.next(isOnlyOne(subject, kind));
    List<ImageIndex> offered =
        kind == ChannelKind.MEMORY ? images.retained(subject) : List.<ImageIndex>of();
    ChannelRequest request =
        new ChannelRequest(
            kind, connectionId, port, historyPages, baseline, offered, earlyWrites(subject, kind));
    ChannelEnd channel = session.open(request, local);
    offered.forEach(ImageIndex::close);
    local.join(channel);
    EarlyWrites early = channel.earlyWrites();
    if (early != null) {
      disks.computeIfAbsent(subject, key -> new ArrayList<>()).add(early);
    }
    follower.add(subject, channel);
    visits.follow(subject, channel);
    images.follow(subject, channel);
    visits.followDisk(subject, channel, true);
    LoweredDowntime lowered = downtimes.get(subject);
    if (lowered != null && kind == ChannelKind.MEMORY) {
      lowered.follow(channel);
    }
  }

  /**
   * Not where the guest may be handed over before libvirt's Finish call, as post-copy does: what
   * that call waits for would come too late.
   */
  private @Nullable WriteWindow earlyWrites(Subject subject, ChannelKind kind) {
    boolean mayBe = wiring.earlyDiskReplies() && !subject.flags().postCopy();
    return mayBe && kind == ChannelKind.DISK ? WriteWindow.STANDARD : null;
  }

  @Override
  public void awaitDisks(RelayAction.AwaitDisks wanted, SourceRelayHandler.Settled answer) {
    List<EarlyWrites> awaited =
        wanted
            .subject()
            .map(subject -> disks.getOrDefault(subject, List.of()))
            .orElseGet(() -> disks.values().stream().flatMap(List::stream).toList());
    FinishGate.await(link.loop(), awaited, new Followed(wanted, answer));
  }

  /** Tells the operator why a migration is ended that libvirt thought to be done. */
  private final class Followed implements SourceRelayHandler.Settled {
    private final RelayAction.AwaitDisks wanted;
    private final SourceRelayHandler.Settled answer;

    Followed(RelayAction.AwaitDisks wanted, SourceRelayHandler.Settled answer) {
      this.wanted = wanted;
      this.answer = answer;
    }

    @Override
    public void all() {
      answer.all();
    }

    @Override
    public void lost(String reason) {
      wiring.journal().refusedFinish(wanted.subject().map(Subject::destinationName), reason);
      answer.lost(reason);
    }
  }

  /** The channels of a migration share its baseline, which counts once. */
  private @Nullable BaselinePages baseline(Subject subject) {
    BaselinePages baseline = visits.baseline(subject);
    if (baseline == null || baseline == counted) {
      return baseline;
    }
    counted = history.takeBaseline(baseline.pages()) ? baseline : null;
    return counted;
  }

  private static boolean isOnlyOne(Subject subject, ChannelKind kind) {
    MigrationFlags flags = subject.flags();
    return kind == ChannelKind.MEMORY && !flags.parallel() && !flags.copiesDisks();
  }
}
