package io.novacron.dwcp.nbd;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The way from QEMU to the destination: each request goes on under a cookie of ours, once it may;
 * what comes behind one that must wait waits too. All else passes as it is.
 */
final class RequestSide {
  private enum Step {
    CLIENT_FLAGS,
    MAGIC,
    OPTION_REST,
    REQUEST_REST
  }

  /** "IHAV" and "EOPT": what begins an option. */
  private static final int OPTION_MAGIC = 0x49484156;

  private static final int OPTION_MAGIC_REST = 0x454f5054;
  private static final int OPTION_REST_BYTES = 12;

  /** Fixed newstyle and no-zeroes; the other bits mean nothing yet. */
  private static final int MAX_CLIENT_FLAGS = 0xff;

  private final Handshake handshake;
  private final UnansweredWrites writes;
  private final WriteBehind.Sink sink;
  private final FieldStage stage = new FieldStage(Integer.BYTES);
  private Step step = Step.CLIENT_FLAGS;
  private long passBytes;
  private boolean isExtended;
  private boolean hasRequests;
  private @Nullable NbdRequest waiting;
  private ByteBuffer held = ByteBuffer.allocate(0);

  RequestSide(Handshake handshake, UnansweredWrites writes, WriteBehind.Sink sink) {
    this.handshake = handshake;
    this.writes = writes;
    this.sink = sink;
  }

  boolean isHolding() {
    return waiting != null;
  }

  void take(ByteBuffer in, long nowNanos) throws NbdException {
    while (in.hasRemaining() && waiting == null && !handshake.isPlain()) {
      if (passBytes > 0) {
        pass(in, nowNanos);
      } else if (stage.take(in)) {
        field(stage.field(), nowNanos);
      }
    }
    if (waiting != null) {
      hold(in);
    } else if (in.hasRemaining()) {
      flushStaged();
      sink.toDestination(in);
    }
  }

  /** The destination answered something: the request that waits may be able to go on. */
  void resume(long nowNanos) throws NbdException {
    NbdRequest next = waiting;
    if (next != null && !writes.mustWait(next)) {
      waiting = null;
      begin(next, nowNanos);
      ByteBuffer rest = held;
      held = ByteBuffer.allocate(0);
      take(rest, nowNanos);
    }
  }

  /** What was collected of a field that will not be read any more. */
  void flushStaged() {
    ByteBuffer part = stage.field();
    stage.expect(0);
    if (part.hasRemaining()) {
      sink.toDestination(part);
    }
  }

  /** Rare, and no more than was asked of the socket: nothing is read while a request waits. */
  private void hold(ByteBuffer in) {
    if (in.hasRemaining()) {
      held = ByteBuffer.allocate(held.remaining() + in.remaining()).put(held).put(in).flip();
    }
  }

  private void pass(ByteBuffer in, long nowNanos) {
    int now = (int) Math.min(passBytes, in.remaining());
    sink.toDestination(in.slice(in.position(), now));
    in.position(in.position() + now);
    passBytes -= now;
    if (passBytes == 0 && hasRequests) {
      writes.sentWhole(nowNanos);
    }
  }

  private void field(ByteBuffer field, long nowNanos) throws NbdException {
    switch (step) {
      case CLIENT_FLAGS -> {
        int flags = field.getInt(0);
        passOn(flags >= 0 && flags <= MAX_CLIENT_FLAGS, field);
      }
      case MAGIC -> magic(field.getInt(0));
      case OPTION_REST -> option(field);
      case REQUEST_REST -> request(NbdRequest.read(isExtended, field), nowNanos);
    }
  }

  /** The field goes on, and another message follows; or all goes on. */
  private void passOn(boolean isUnderstood, ByteBuffer field) {
    if (isUnderstood) {
      sink.toDestination(field);
      expect(Step.MAGIC, Integer.BYTES);
    } else {
      handshake.passOnly();
    }
  }

  private void magic(int magic) throws NbdException {
    if (NbdRequest.isMagic(magic) && handshake.allowsEarlyReplies()) {
      hasRequests = true;
      isExtended = magic == NbdRequest.EXTENDED_MAGIC;
      expect(Step.REQUEST_REST, NbdRequest.restBytes(isExtended));
    } else if (hasRequests) {
      throw new NbdException("no NBD request: it begins with 0x%08x".formatted(magic));
    } else if (magic == OPTION_MAGIC) {
      sink.toDestination(stage.field());
      expect(Step.OPTION_REST, OPTION_REST_BYTES);
    } else {
      handshake.passOnly();
    }
  }

  private void option(ByteBuffer field) {
    boolean isUnderstood = field.getInt(0) == OPTION_MAGIC_REST && isKnown(field.getInt(4));
    passBytes = isUnderstood ? Integer.toUnsignedLong(field.getInt(8)) : 0;
    passOn(isUnderstood, field);
  }

  /**
   * Those that leave the form of what follows as it is: ABORT, LIST, INFO, GO, STRUCTURED_REPLY,
   * LIST_META_CONTEXT, SET_META_CONTEXT, EXTENDED_HEADERS. Not EXPORT_NAME, not STARTTLS.
   */
  private static boolean isKnown(int option) {
    return option == 2 || option == 3 || (option >= 6 && option <= 11);
  }

  private void request(NbdRequest request, long nowNanos) {
    expect(Step.MAGIC, Integer.BYTES);
    if (writes.mustWait(request)) {
      waiting = request;
    } else {
      begin(request, nowNanos);
    }
  }

  private void begin(NbdRequest request, long nowNanos) {
    if (request.isDisconnect()) {
      sink.toDestination(request.withCookie(request.cookie())); // has no reply
      return;
    }
    sink.toDestination(request.withCookie(writes.begin(request)));
    passBytes = request.payloadBytes();
    if (passBytes == 0) {
      writes.sentWhole(nowNanos);
    }
  }

  private void expect(Step next, int fieldBytes) {
    step = next;
    stage.expect(fieldBytes);
  }
}
