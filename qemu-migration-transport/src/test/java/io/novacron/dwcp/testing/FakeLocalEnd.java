package io.novacron.dwcp.testing;

import io.novacron.dwcp.session.ChannelEnd;
import io.novacron.dwcp.session.LocalEnd;
import io.novacron.dwcp.wire.PayloadBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A connection to QEMU or libvirt: gives its bytes when asked, takes what is delivered, or stops
 * doing so. Breaks the test when it is used against the contract of {@link LocalEnd}.
 */
public final class FakeLocalEnd implements LocalEnd {
  private record Delivery(PayloadBuffer bytes, Runnable written) {}

  /** A program behind the connection that answers what it is told. */
  public interface Program {
    void told(byte[] bytes);

    /** Whether {@link #says} has something to say now. */
    boolean hasMore();

    byte[] says();

    /** Whether it ends its direction: it says no more. */
    boolean isDone();
  }

  private final Random random;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>();
  private @Nullable ChannelEnd channel;
  private byte[] input = {};
  private int given;
  private boolean endsAfterInput;
  private boolean inputEnded;
  private boolean requested;
  private boolean takes = true;
  private boolean outputEnded;
  private @Nullable String resetReason;
  private @Nullable String heldReason;
  private @Nullable Program program;

  FakeLocalEnd(Random random) {
    this.random = random;
  }

  /** What the other program will write; then it ends its direction, or stays silent. */
  public FakeLocalEnd writes(byte[] bytes, boolean thenEnds) {
    input = bytes;
    given = 0;
    endsAfterInput = thenEnds;
    return this;
  }

  /** Who writes and reads, in place of what {@link #writes} said. */
  public FakeLocalEnd runs(Program who) {
    program = who;
    return this;
  }

  /** Half-close after what {@link #writes} said. */
  public void endsAfterInput() {
    endsAfterInput = true;
  }

  /** Whether the other program reads. */
  public void takes(boolean now) {
    takes = now;
  }

  void join(ChannelEnd end) {
    channel = end;
  }

  public ChannelEnd channel() {
    if (channel == null) {
      throw new IllegalStateException("not joined to a channel yet");
    }
    return channel;
  }

  boolean canAct() {
    return canGive() || canWrite() || canSay();
  }

  private boolean ends() {
    return endsAfterInput || (program != null && program.isDone());
  }

  private boolean canSay() {
    return program != null && program.hasMore() && resetReason == null;
  }

  private void say(Program who) {
    byte[] more = who.says();
    byte[] all = Arrays.copyOf(input, input.length + more.length);
    System.arraycopy(more, 0, all, input.length, more.length);
    input = all;
  }

  private boolean canGive() {
    return channel != null
        && requested
        && resetReason == null
        && heldReason == null
        && !inputEnded
        && (given < input.length || ends());
  }

  private boolean canWrite() {
    return takes && !deliveries.isEmpty();
  }

  void act() {
    Program who = program;
    if (who != null && canSay() && random.nextBoolean()) {
      say(who);
      return;
    }
    if (!canWrite() && !canGive()) {
      return; // the program says it the next time
    }
    if (canWrite() && (!canGive() || random.nextBoolean())) {
      Delivery next = deliveries.removeFirst();
      byte[] bytes = new byte[next.bytes().bytes().remaining()];
      next.bytes().bytes().get(bytes);
      received.writeBytes(bytes);
      if (who != null) {
        who.told(bytes);
      }
      next.bytes().release();
      next.written().run();
    } else {
      give();
    }
  }

  /** One read of a random length in up to three pieces, as a socket may give it. */
  private void give() {
    requested = false;
    int measure = random.nextInt(8) == 0 ? 5000 : ChannelEnd.MAX_READ_BYTES;
    int pieces = random.nextInt(1, 4);
    for (int piece = 0; piece < pieces && given < input.length; piece++) {
      int most = Math.min(measure / pieces, input.length - given);
      int count = most == 1 ? 1 : random.nextInt(most / 2, most) + 1;
      channel().localBytes(ByteBuffer.wrap(input, given, count));
      given += count;
    }
    if (given == input.length && ends()) {
      inputEnded = true;
      channel().localEnd();
    }
    channel().localWouldBlock();
  }

  /** Bytes and end without being asked, as a socket may when its other side went away. */
  public void givesUnasked() {
    channel().localBytes(ByteBuffer.wrap(input, given, input.length - given));
    given = input.length;
    inputEnded = true;
    channel().localEnd();
  }

  /** The other program closed the connection without an end. */
  public void breaks() {
    dropDeliveries();
    channel().localReset("the test broke the local connection");
  }

  @Override
  public void deliver(PayloadBuffer bytes, Runnable written) {
    if (outputEnded || resetReason != null) {
      throw new AssertionError("delivery after " + (outputEnded ? "the end" : "a reset"));
    }
    deliveries.addLast(new Delivery(bytes, written));
  }

  @Override
  public void deliverEnd() {
    if (outputEnded || resetReason != null || !deliveries.isEmpty()) {
      throw new AssertionError("end out of turn");
    }
    outputEnded = true;
  }

  @Override
  public void reset(String reason) {
    if (resetReason != null) {
      throw new AssertionError("reset twice");
    }
    resetReason = reason;
    dropDeliveries();
  }

  @Override
  public void hold(String reason) {
    if (resetReason != null || heldReason != null) {
      throw new AssertionError("held after its end");
    }
    heldReason = reason;
    dropDeliveries();
  }

  /** Why the session let go of the connection without breaking it; null while it did not. */
  public @Nullable String heldReason() {
    return heldReason;
  }

  private void dropDeliveries() {
    deliveries.forEach(delivery -> delivery.bytes().release());
    deliveries.clear();
  }

  @Override
  public void requestBytes() {
    if (requested || inputEnded || resetReason != null) {
      throw new AssertionError("a read out of turn");
    }
    requested = true;
  }

  public byte[] received() {
    return received.toByteArray();
  }

  public int givenBytes() {
    return given;
  }

  /** The peer's half-close reached this connection. */
  public boolean isOutputEnded() {
    return outputEnded;
  }

  /** Why the connection was broken from our side; null while it was not. */
  public @Nullable String resetReason() {
    return resetReason;
  }
}
