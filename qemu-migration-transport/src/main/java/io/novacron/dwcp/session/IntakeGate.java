package io.novacron.dwcp.session;

import io.novacron.dwcp.congestion.IntakePace;
import io.novacron.dwcp.page.StreamParser;
import io.novacron.dwcp.streams.ChannelSender;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds a guest's memory stream back so that QEMU does not believe in a bandwidth that its last
 * pages will not get, see {@link IntakePace}; open for anything else. Session thread only.
 */
final class IntakeGate {
  private final @Nullable IntakePace limit;
  private final StreamParser parser;
  private final EncodingPace encoding;
  private final ChannelSender sender;
  private final SessionExecutor executor;
  private final LongSupplier nanoClock;
  private final Runnable opened;
  private boolean isPaced = true;
  private boolean isWaiting;

  /**
   * @param encoding told when the gate is closed
   * @param opened told some time after {@link #isOpen} said no
   */
  IntakeGate(ChannelParts parts, EncodingPace encoding, ChannelSender sender, Runnable opened) {
    this.limit = parts.intakePace();
    this.parser = parts.parser();
    this.encoding = encoding;
    this.sender = sender;
    this.executor = parts.executor();
    this.nanoClock = parts.nanoClock();
    this.opened = opened;
  }

  /** Of a recording: see {@link LocalEnd#isPaced}. */
  void leaveOpen() {
    isPaced = false;
    encoding.alwaysEncode();
  }

  /** Asked last, so that its timer runs only when nothing else would call again. */
  boolean isOpen() {
    IntakePace pace = limit;
    if (pace == null || !isPaced || !isEstimated()) {
      return true;
    }
    double wireRate = sender.window().dependableBytesPerSecond();
    if (pace.mayTake(nanoClock.getAsLong(), wireRate, parser.firstPassBytesLeft())) {
      return true;
    }
    encoding.heldBack();
    if (!isWaiting) {
      isWaiting = true;
      executor.after(
          pace.waitNanos(),
          () -> {
            isWaiting = false;
            opened.run();
          });
    }
    return false;
  }

  /** Only before the guest stands still does QEMU's belief in the bandwidth decide anything. */
  private boolean isEstimated() {
    return switch (parser.phase()) {
      case SETUP, BULK, OPAQUE -> true;
      case SWITCHOVER, POSTCOPY -> false;
    };
  }

  /** So many bytes were read. */
  void took(int rawBytes) {
    if (limit != null) {
      limit.took(rawBytes);
    }
  }

  /** A batch of {@code rawBytes} became {@code payloadBytes}. */
  void encoded(int rawBytes, int payloadBytes) {
    if (limit != null) {
      limit.encoded(rawBytes, payloadBytes);
    }
  }

  /** See {@link ChannelEnd#downtimeLimit}. */
  void downtimeLimit(long nanos) {
    if (limit != null) {
      limit.downtimeLimit(nanos);
    }
  }

  /** See {@link ChannelEnd#isFirstPassOver}. */
  boolean isFirstPassOver() {
    return limit != null && limit.isFirstPassOver();
  }
}
