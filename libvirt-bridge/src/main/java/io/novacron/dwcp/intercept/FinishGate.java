package io.novacron.dwcp.intercept;

import io.netty.channel.EventLoop;
import io.novacron.dwcp.session.EarlyWrites;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Holds back what starts a guest at the destination until no disk of it has a write that QEMU
 * believes to be done and the destination has not answered. The guest stands still meanwhile. Event
 * loop of the peer only; answers once.
 */
final class FinishGate {
  /**
   * QEMU flushes each disk before the last of the memory leaves, so there is nothing to wait for
   * unless that is different some day; then it is a round trip and what was under way.
   */
  private static final long LIMIT_MILLIS = 5_000;

  private final List<EarlyWrites> disks;
  private final SourceRelayHandler.Settled answer;
  private boolean answered;

  private FinishGate(List<EarlyWrites> disks, SourceRelayHandler.Settled answer) {
    this.disks = List.copyOf(disks);
    this.answer = answer;
  }

  /**
   * Answers as soon as all of the disks are settled, one has lost a write, or time is up: at once
   * if it can.
   */
  static void await(EventLoop loop, List<EarlyWrites> disks, SourceRelayHandler.Settled answer) {
    FinishGate gate = new FinishGate(disks, answer);
    gate.look();
    if (!gate.answered) {
      loop.schedule(gate::expired, LIMIT_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    if (answered) {
      return;
    }
    for (EarlyWrites disk : disks) {
      switch (disk.state()) {
        case LOST -> {
          answered = true;
          answer.lost("a write to a disk is lost that QEMU was told to be done");
          return;
        }
        case AHEAD -> {
          disk.whenSettled(this::look);
          return;
        }
        case SETTLED -> {}
      }
    }
    answered = true;
    answer.all();
  }

  private void expired() {
    if (!answered) {
      answered = true;
      answer.lost(
          "the destination did not answer the writes to a disk for " + LIMIT_MILLIS + " ms");
    }
  }
}
