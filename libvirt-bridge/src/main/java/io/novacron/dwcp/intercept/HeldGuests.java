package io.novacron.dwcp.intercept;

import io.novacron.dwcp.libvirt.GuestState;
import io.novacron.dwcp.libvirt.Guests;
import io.novacron.dwcp.libvirt.LibvirtException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out where the guests of a held connection run, by asking the destination's libvirt, and
 * sees to it that they run nowhere else. On a thread of its own, which may wait for libvirt.
 */
public final class HeldGuests implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldGuests.class);

  /**
   * What all connections share.
   *
   * @param here guests of this host
   * @param at guests of the host to which a socket leads
   */
  public record With(Guests here, Function<Path, Guests> at, Pause pause) {}

  /** {@link Thread#sleep(long)}, and nothing in tests. */
  public interface Pause {
    void pause(long millis) throws InterruptedException;
  }

  private final With with;
  private final Guests there;
  private final List<UUID> guests;
  private final LongSupplier unheardNanos;
  private final Runnable settled;

  /**
   * @param socket that leads to the destination's libvirt
   * @param unheardNanos how long nothing was heard of the peer
   * @param settled told when the connection may break, on this object's thread; perhaps never
   */
  HeldGuests(
      With with, Path socket, List<UUID> guests, LongSupplier unheardNanos, Runnable settled) {
    this.with = with;
    this.there = with.at().apply(socket);
    this.guests = new ArrayList<>(guests);
    this.unheardNanos = unheardNanos;
    this.settled = settled;
  }

  @Override
  public void run() {
    boolean areSettled = true;
    for (UUID guest : guests) {
      areSettled &= settle(guest);
    }
    if (areSettled) {
      settled.run();
    }
  }

  private boolean settle(UUID guest) {
    HeldVerdict verdict = new HeldVerdict();
    while (true) {
      switch (verdict.told(ask(guest), unheardNanos.getAsLong())) {
        case HeldVerdict.Step.AskAgain(long afterMillis) -> {
          if (!pause(afterMillis)) {
            return false;
          }
        }
        case HeldVerdict.Step.RunsThere() -> {
          return drop(guest);
        }
        case HeldVerdict.Step.RunsHere() -> {
          LOG.warn("{} did not get to the destination: it runs on here", guest);
          return true;
        }
        case HeldVerdict.Step.Unknown() -> {
          LOG.error("{} is not at the destination, but may have been: look yourself", guest);
          return false;
        }
      }
    }
  }

  private @Nullable GuestState ask(UUID guest) {
    try {
      return there.state(guest);
    } catch (LibvirtException e) {
      LOG.warn("where {} runs is not known: {}", guest, e.getMessage());
      return null;
    }
  }

  /** Only what stands still for this migration is left of it here; what runs is not touched. */
  private boolean drop(UUID guest) {
    try {
      GuestState left = with.here().state(guest);
      switch (left) {
        case MIGRATING -> {
          LOG.warn("{} runs at the destination: what is left of it here is destroyed", guest);
          with.here().destroy(guest);
        }
        case THERE -> LOG.error("{} runs at the destination AND here", guest);
        case ABSENT -> LOG.warn("{} runs at the destination", guest);
      }
      return left != GuestState.THERE;
    } catch (LibvirtException e) {
      LOG.error("what is left of {} here stays: {}", guest, e.getMessage());
      return false;
    }
  }

  private boolean pause(long millis) {
    try {
      with.pause().pause(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
