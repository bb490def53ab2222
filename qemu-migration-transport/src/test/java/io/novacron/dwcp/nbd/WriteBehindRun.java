package io.novacron.dwcp.nbd;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A {@link WriteBehind} after a negotiation as QEMU's, and what it let out since it was asked. */
final class WriteBehindRun implements WriteBehind.Sink {
  final WriteBehind behind;
  private final int pieceBytes;
  private final ByteArrayOutputStream toDestination = new ByteArrayOutputStream();
  private final ByteArrayOutputStream toQemu = new ByteArrayOutputStream();
  private long nowNanos;

  private WriteBehindRun(WriteWindow window, int pieceBytes) {
    this.behind = new WriteBehind(window, this);
    this.pieceBytes = pieceBytes;
  }

  /** Every input comes in pieces of that many bytes. */
  static WriteBehindRun fresh(WriteWindow window, int pieceBytes) {
    return new WriteBehindRun(window, pieceBytes);
  }

  static WriteBehindRun negotiated(WriteWindow window) throws NbdException {
    return negotiated(window, Integer.MAX_VALUE);
  }

  static WriteBehindRun negotiated(WriteWindow window, int pieceBytes) throws NbdException {
    WriteBehindRun run = new WriteBehindRun(window, pieceBytes);
    run.negotiate(NbdBytes.QEMU_FLAGS);
    return run;
  }

  void negotiate(int exportFlags) throws NbdException {
    byte[] server = NbdBytes.serverNegotiation(exportFlags);
    destination(Arrays.copyOf(server, 18));
    qemu(NbdBytes.clientNegotiation());
    destination(Arrays.copyOfRange(server, 18, server.length));
    sentToDestination();
    sentToQemu();
  }

  void qemu(byte[]... messages) throws NbdException {
    for (byte[] message : messages) {
      for (int at = 0; at < message.length; at += step(message, at)) {
        behind.fromQemu(ByteBuffer.wrap(message, at, step(message, at)), nowNanos);
      }
    }
  }

  void destination(byte[]... messages) throws NbdException {
    for (byte[] message : messages) {
      for (int at = 0; at < message.length; at += step(message, at)) {
        behind.fromDestination(ByteBuffer.wrap(message, at, step(message, at)), nowNanos);
      }
    }
  }

  private int step(byte[] message, int at) {
    return Math.min(pieceBytes, message.length - at);
  }

  void pass(long nanos) {
    nowNanos += nanos;
  }

  byte[] sentToDestination() {
    byte[] bytes = toDestination.toByteArray();
    toDestination.reset();
    return bytes;
  }

  byte[] sentToQemu() {
    byte[] bytes = toQemu.toByteArray();
    toQemu.reset();
    return bytes;
  }

  @Override
  public void toDestination(ByteBuffer bytes) {
    take(bytes, toDestination);
  }

  @Override
  public void toQemu(ByteBuffer bytes) {
    take(bytes, toQemu);
  }

  private static void take(ByteBuffer bytes, ByteArrayOutputStream out) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    out.writeBytes(copy);
  }
}
