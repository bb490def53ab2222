package io.novacron.dwcp.intercept;

import io.netty.channel.EventLoop;
import io.novacron.dwcp.encoding.Baseline;
import io.novacron.dwcp.encoding.ImageIndex;
import io.novacron.dwcp.image.ImageSearch;
import io.novacron.dwcp.relay.CarryDecision;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.MigrationEvent.Subject;
import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.DestinationSession;
import io.novacron.dwcp.session.LocalEnd;
import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.Limits;
import io.novacron.dwcp.wire.ProtocolVersions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The images below the disks of the migrations on one libvirt connection: looked for as soon as
 * libvirt names the guest. Each host goes by what its own files say, so a guest is told of no image
 * but its own. Event loop of the connection only.
 */
final class ImageVisits {
  /** 2 s, as for baselines: what was read before is opened in some milliseconds. */
  private static final long MOST_WAIT_MILLIS = 2_000;

  /** How a reset begins its reason that a block did not hold; see the decoder. */
  private static final String DAMAGE = "the guest's image";

  /**
   * @param search null for a migration that goes without images
   */
  private record Visit(@Nullable ImageSearch search, List<Path> disks) {
    static final Visit NONE = new Visit(null, List.of());
  }

  private final GuestVisits.With with;
  private final EventLoop loop;
  private final Map<Subject, Visit> running = new LinkedHashMap<>();

  ImageVisits(GuestVisits.With with, EventLoop loop) {
    this.with = with;
    this.loop = loop;
  }

  void event(MigrationEvent event) {
    switch (event) {
      case MigrationEvent.Requested requested -> requested(requested.subject());
      case MigrationEvent.Ended ended -> {
        ImageSearch search = search(ended.subject());
        running.remove(ended.subject());
        if (search != null) {
          search.close();
        }
      }
      case MigrationEvent.Prepared ignored -> {}
      case MigrationEvent.Finishing ignored -> {}
      case MigrationEvent.NotUnderstood ignored -> {}
    }
  }

  private void requested(Subject subject) {
    running.put(subject, visit(subject));
  }

  /** On a path so near that everything is relayed no page is looked at. */
  private Visit visit(Subject subject) {
    boolean isSpoken = with.version() >= ProtocolVersions.IMAGES;
    boolean isCarried = subject.decision() instanceof CarryDecision.Carry;
    List<Path> disks = paths(subject.qcow2Files());
    boolean isWanted = isSpoken && isCarried && !with.isNear() && !disks.isEmpty();
    return with.images()
        .filter(images -> isWanted)
        .map(images -> new Visit(images.search(disks), disks))
        .orElse(Visit.NONE);
  }

  private static List<Path> paths(List<String> files) {
    List<Path> paths = new ArrayList<>();
    for (String each : files) {
      try {
        paths.add(Path.of(each));
      } catch (InvalidPathException notOfThisHost) {
        // libvirt judges the domain XML
      }
    }
    return paths;
  }

  /**
   * Source: runs once on the loop, when it is known what was read before, or after a short time.
   */
  void whenLooked(Subject subject, Runnable then) {
    ImageSearch search = search(subject);
    if (search == null) {
      then.run();
      return;
    }
    var _ =
        search
            .whenLooked()
            .completeOnTimeout(null, MOST_WAIT_MILLIS, TimeUnit.MILLISECONDS)
            .thenRunAsync(then, loop);
  }

  private @Nullable ImageSearch search(@Nullable Subject subject) {
    Visit visit = subject == null ? null : running.get(subject);
    return visit == null ? null : visit.search();
  }

  /** What is there now; each to be closed by who asked. */
  List<ImageIndex> retained(@Nullable Subject subject) {
    ImageSearch search = search(subject);
    List<ImageIndex> found = search == null ? List.of() : search.retained();
    List<ImageIndex> few = found.subList(0, Math.min(found.size(), Limits.MAX_IMAGES));
    found.subList(few.size(), found.size()).forEach(ImageIndex::close);
    return few;
  }

  /** Destination: the migration that was asked for last and is not over. */
  @Nullable Subject newest() {
    Subject newest = null;
    for (Subject each : running.keySet()) {
      newest = each;
    }
    return newest;
  }

  /**
   * Destination: the same outcome, but that it brings the images of the guest to a channel whose
   * source offers some.
   */
  DestinationSession.Outcome with(
      Frame.Open open, @Nullable Subject subject, DestinationSession.Outcome outcome) {
    if (search(subject) == null || subject == null || open.images().isEmpty()) {
      return outcome;
    }
    return new DestinationSession.Outcome() {
      @Override
      public void connected(LocalEnd local, @Nullable Baseline baseline, List<ImageIndex> none) {
        whenLooked(subject, () -> outcome.connected(local, baseline, retained(subject)));
      }

      @Override
      public void failed(String reason) {
        outcome.failed(reason);
      }
    };
  }

  /** A data connection of the migration was opened. */
  void follow(@Nullable Subject subject, ChannelEnd channel) {
    Visit visit = subject == null ? null : running.get(subject);
    if (visit != null
        && visit.search() != null
        && channel.kind() == ChannelKind.MEMORY
        && !channel.isClosed()) {
      channel
          .baseline()
          .whenOver(isWhole -> {
            if (!isWhole && channel.abortReason().contains(DAMAGE)) {
              with.images().ifPresent(each -> each.distrust(visit.disks(), channel.abortReason()));
            }
          });
    }
  }
}
