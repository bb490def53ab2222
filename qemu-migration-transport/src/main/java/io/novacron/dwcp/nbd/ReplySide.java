package io.novacron.dwcp.nbd;

import java.nio.ByteBuffer;

/**
 * The way from the destination to QEMU: what answers a write that QEMU believes to be done ends
 * here; every other answer gets QEMU's cookie back. All else passes as it is.
 */
final class ReplySide {
  private enum Step {
    GREETING,
    OPTION_REPLY,
    EXPORT_INFO,
    MAGIC,
    SIMPLE,
    STRUCTURED,
    EXTENDED,
    ERROR
  }

  private static final long GREETING_MAGIC = 0x4e42444d41474943L;
  private static final long OPTION_MAGIC = 0x49484156454f5054L;
  private static final int GREETING_BYTES = 18;

  private static final long OPTION_REPLY_MAGIC = 0x0003e889045565a9L;
  private static final int OPTION_REPLY_BYTES = 20;
  private static final int OPTION_GO = 7;
  private static final int REPLY_ACK = 1;
  private static final int REPLY_INFO = 3;

  /** u16 NBD_INFO_EXPORT, u64 size, u16 flags. */
  private static final int EXPORT_INFO_BYTES = 12;

  private static final int SIMPLE_MAGIC = 0x67446698;
  private static final int STRUCTURED_MAGIC = 0x668e33ef;
  private static final int EXTENDED_MAGIC = 0x6e8a278c;
  private static final int SIMPLE_REST_BYTES = 12;
  private static final int STRUCTURED_REST_BYTES = 16;
  private static final int EXTENDED_REST_BYTES = 28;
  private static final int CHUNK_DONE = 1;
  private static final int CHUNK_IS_ERROR = 1 << 15;

  /** A TRIM promises nothing, so this is no failure of one. */
  private static final int NOT_SUPPORTED = 95;

  /** A chunk: flags, type, cookie, length behind it. */
  private record Chunk(int flags, int type, long cookie, long lengthBytes) {
    boolean isLast() {
      return (flags & CHUNK_DONE) != 0;
    }

    boolean isError() {
      return (type & CHUNK_IS_ERROR) != 0;
    }
  }

  private final Handshake handshake;
  private final UnansweredWrites writes;
  private final WriteBehind.Sink sink;
  private final FieldStage stage = new FieldStage(GREETING_BYTES);
  private Step step = Step.GREETING;
  private long passBytes;
  private boolean swallows;
  private Chunk failed = new Chunk(0, 0, 0, 0);

  ReplySide(Handshake handshake, UnansweredWrites writes, WriteBehind.Sink sink) {
    this.handshake = handshake;
    this.writes = writes;
    this.sink = sink;
  }

  void take(ByteBuffer in, long nowNanos) throws NbdException {
    while (in.hasRemaining() && !handshake.isPlain()) {
      if (passBytes > 0) {
        pass(in);
      } else if (stage.take(in)) {
        field(stage.field(), nowNanos);
      }
    }
    if (in.hasRemaining()) {
      flushStaged();
      sink.toQemu(in);
    }
  }

  /** Whether QEMU has a part of a reply: no other one may be put there. */
  boolean isInsideOfOne() {
    return passBytes > 0 && !swallows;
  }

  /** What was collected of a field that will not be read any more. */
  void flushStaged() {
    ByteBuffer part = stage.field();
    stage.expect(0);
    if (part.hasRemaining()) {
      sink.toQemu(part);
    }
  }

  private void pass(ByteBuffer in) {
    int now = (int) Math.min(passBytes, in.remaining());
    if (!swallows) {
      sink.toQemu(in.slice(in.position(), now));
    }
    in.position(in.position() + now);
    passBytes -= now;
  }

  private void field(ByteBuffer field, long nowNanos) throws NbdException {
    switch (step) {
      case GREETING -> {
        boolean isNewstyle = field.getLong(0) == GREETING_MAGIC && field.getLong(8) == OPTION_MAGIC;
        passOn(isNewstyle, field);
      }
      case OPTION_REPLY -> optionReply(field);
      case EXPORT_INFO -> exportInfo(field);
      case MAGIC -> magic(field.getInt(0));
      case SIMPLE -> simple(field, nowNanos);
      case STRUCTURED -> {
        long lengthBytes = Integer.toUnsignedLong(field.getInt(12));
        chunk(chunk(field, lengthBytes), field, nowNanos);
      }
      case EXTENDED -> chunk(chunk(field, field.getLong(20)), field, nowNanos);
      case ERROR -> error(field.getInt(0), nowNanos);
    }
  }

  private void passOn(boolean isUnderstood, ByteBuffer field) {
    if (isUnderstood) {
      sink.toQemu(field);
      expect(Step.OPTION_REPLY, OPTION_REPLY_BYTES);
    } else {
      handshake.passOnly();
    }
  }

  private void optionReply(ByteBuffer field) {
    int option = field.getInt(8);
    int type = field.getInt(12);
    long lengthBytes = Integer.toUnsignedLong(field.getInt(16));
    boolean isUnderstood = field.getLong(0) == OPTION_REPLY_MAGIC;
    passOn(isUnderstood, field);
    if (!isUnderstood) {
      return;
    }
    if (type == REPLY_INFO && lengthBytes == EXPORT_INFO_BYTES) {
      expect(Step.EXPORT_INFO, EXPORT_INFO_BYTES);
      return;
    }
    passBytes = lengthBytes;
    if (option == OPTION_GO && type == REPLY_ACK) {
      handshake.over();
      expect(Step.MAGIC, Integer.BYTES);
    }
  }

  private void exportInfo(ByteBuffer field) {
    if (field.getShort(0) == 0) {
      int handedOn = handshake.exportFlags(field.getShort(10) & 0xffff);
      field.putShort(10, (short) handedOn);
    }
    passOn(true, field);
  }

  private void magic(int magic) throws NbdException {
    switch (magic) {
      case SIMPLE_MAGIC -> expect(Step.SIMPLE, SIMPLE_REST_BYTES);
      case STRUCTURED_MAGIC -> expect(Step.STRUCTURED, STRUCTURED_REST_BYTES);
      case EXTENDED_MAGIC -> expect(Step.EXTENDED, EXTENDED_REST_BYTES);
      default -> throw new NbdException("no NBD reply: it begins with 0x%08x".formatted(magic));
    }
  }

  private void simple(ByteBuffer field, long nowNanos) throws NbdException {
    int error = field.getInt(0);
    long cookie = field.getLong(4);
    NbdRequest request = writes.request(cookie);
    expect(Step.MAGIC, Integer.BYTES);
    if (writes.isAcknowledged(cookie)) {
      judge(request, error);
    } else {
      replyHeader(SIMPLE_MAGIC, field.putLong(4, request.cookie()));
      swallows = false;
      passBytes = error == 0 ? request.simpleReplyBytes() : 0;
    }
    writes.answered(cookie, nowNanos);
  }

  private static Chunk chunk(ByteBuffer field, long lengthBytes) throws NbdException {
    if (lengthBytes < 0) {
      throw new NbdException("reply of 2^63 bytes or more");
    }
    return new Chunk(
        field.getShort(0) & 0xffff, field.getShort(2) & 0xffff, field.getLong(4), lengthBytes);
  }

  private void chunk(Chunk chunk, ByteBuffer field, long nowNanos) throws NbdException {
    int magic = step == Step.EXTENDED ? EXTENDED_MAGIC : STRUCTURED_MAGIC;
    NbdRequest request = writes.request(chunk.cookie());
    expect(Step.MAGIC, Integer.BYTES);
    swallows = writes.isAcknowledged(chunk.cookie());
    if (swallows && chunk.isError() && chunk.lengthBytes() >= Integer.BYTES) {
      failed = chunk;
      expect(Step.ERROR, Integer.BYTES);
      return;
    }
    if (swallows && (chunk.isError() || chunk.lengthBytes() != 0)) {
      throw new NbdException("%s was answered with %s".formatted(request.what(), chunk));
    }
    if (!swallows) {
      replyHeader(magic, field.putLong(4, request.cookie()));
    }
    passBytes = chunk.lengthBytes();
    if (chunk.isLast()) {
      writes.answered(chunk.cookie(), nowNanos);
    }
  }

  /** The error of a write that QEMU believes to be done; a text of the server's follows. */
  private void error(int error, long nowNanos) throws NbdException {
    judge(writes.request(failed.cookie()), error);
    passBytes = failed.lengthBytes() - Integer.BYTES;
    expect(Step.MAGIC, Integer.BYTES);
    if (failed.isLast()) {
      writes.answered(failed.cookie(), nowNanos);
    }
  }

  private static void judge(NbdRequest request, int error) throws NbdException {
    if (error != 0 && !(request.isTrim() && error == NOT_SUPPORTED)) {
      throw new NbdException(
          "the destination failed %s with NBD error %d%s, after QEMU was told that it is done"
              .formatted(request.what(), error, error == 28 ? " (no space left)" : ""));
    }
  }

  private void replyHeader(int magic, ByteBuffer rest) {
    sink.toQemu(
        ByteBuffer.allocate(Integer.BYTES + rest.remaining()).putInt(magic).put(rest).flip());
  }

  private void expect(Step next, int fieldBytes) {
    step = next;
    stage.expect(fieldBytes);
  }
}
