package io.novacron.dwcp.libvirt;

import com.sun.jna.ptr.IntByReference;
import io.novacron.dwcp.libvirt.jna.LibvirtFunctions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Asks the libvirt behind a socket. */
public final class LibvirtGuests implements Guests {
  // virDomainState and virDomainPausedReason of libvirt-domain.h
  private static final int PAUSED = 3;
  private static final int SHUTOFF = 5;
  private static final int CRASHED = 6;
  private static final int PAUSED_MIGRATION = 2;
  private static final int PAUSED_STARTING_UP = 11;

  private final LibvirtSocket libvirt;

  /**
   * @param socket asked for each time
   */
  public LibvirtGuests(Supplier<Path> socket) {
    this.libvirt = new LibvirtSocket(socket);
  }

  @Override
  public GuestState state(UUID guest) throws LibvirtException {
    IntByReference state = new IntByReference();
    IntByReference reason = new IntByReference();
    Optional<Integer> known =
        libvirt.askIfKnown(
            guest,
            "tell the state of",
            domain -> LibvirtFunctions.virDomainGetState(domain, state, reason, 0));
    return known.isEmpty() ? GuestState.ABSENT : of(state.getValue(), reason.getValue());
  }

  static GuestState of(int state, int reason) {
    return switch (state) {
      case SHUTOFF, CRASHED -> GuestState.ABSENT;
      case PAUSED ->
          reason == PAUSED_MIGRATION || reason == PAUSED_STARTING_UP
              ? GuestState.MIGRATING
              : GuestState.THERE;
      default -> GuestState.THERE;
    };
  }

  @Override
  public void destroy(UUID guest) throws LibvirtException {
    libvirt.ask(guest, "destroy", LibvirtFunctions::virDomainDestroy);
  }
}
