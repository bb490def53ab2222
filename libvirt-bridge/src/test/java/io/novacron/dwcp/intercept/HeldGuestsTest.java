package io.novacron.dwcp.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.novacron.dwcp.libvirt.GuestState;
import io.novacron.dwcp.libvirt.Guests;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeldGuestsTest {
  private static final UUID GUEST = new UUID(1, 2);
  private static final Path SOCKET = Path.of("/run/dwcp/host-b.sock");
  private static final long MINUTE_NANOS = 60_000_000_000L;

  /** A libvirt that says one thing after the other, then the last again. */
  private static final class Says implements Guests {
    private final ArrayDeque<GuestState> answers;
    private final List<UUID> destroyed = new ArrayList<>();

    Says(GuestState... answers) {
      this.answers = new ArrayDeque<>(List.of(answers));
    }

    @Override
    public GuestState state(UUID guest) {
      return answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
    }

    @Override
    public void destroy(UUID guest) {
      destroyed.add(guest);
    }
  }

  private boolean isSettled;

  private void settle(Says here, Says there, long unheardNanos) {
    HeldGuests.With with =
        new HeldGuests.With(
            here,
            socket -> {
              assertEquals(SOCKET, socket);
              return there;
            },
            millis -> {});
    new HeldGuests(with, SOCKET, List.of(GUEST), () -> unheardNanos, () -> isSettled = true).run();
  }

  @Test
  void dropsWhatIsLeftHereOfAGuestThatRunsThere() {
    Says here = new Says(GuestState.MIGRATING);
    settle(here, new Says(GuestState.MIGRATING, GuestState.THERE), 0);
    assertEquals(List.of(GUEST), here.destroyed);
    assertTrue(isSettled);
  }

  @Test
  void letsAGuestRunOnHereThatNeverGotThere() {
    Says here = new Says(GuestState.MIGRATING);
    settle(here, new Says(GuestState.MIGRATING, GuestState.ABSENT), MINUTE_NANOS);
    assertEquals(List.of(), here.destroyed);
    assertTrue(isSettled);
  }

  @Test
  void keepsTheConnectionWhenTheGuestMayHaveRunThereAndEnded() {
    Says here = new Says(GuestState.MIGRATING);
    settle(here, new Says(GuestState.ABSENT), 6 * MINUTE_NANOS);
    assertFalse(isSettled);
  }

  @Test
  void neverTouchesAGuestThatRunsHere() {
    Says here = new Says(GuestState.THERE);
    settle(here, new Says(GuestState.THERE), 0);
    assertEquals(List.of(), here.destroyed);
    assertFalse(isSettled);
  }

  @Test
  void believesOnlyTwoAnswersThatAgree() {
    HeldVerdict verdict = new HeldVerdict();
    for (@Nullable GuestState state :
        new GuestState[] {GuestState.ABSENT, null, GuestState.THERE, GuestState.ABSENT, null}) {
      assertTrue(verdict.told(state, 0) instanceof HeldVerdict.Step.AskAgain);
    }
    assertTrue(verdict.told(GuestState.THERE, 0) instanceof HeldVerdict.Step.AskAgain);
    assertTrue(verdict.told(GuestState.THERE, 0) instanceof HeldVerdict.Step.RunsThere);
  }
}
