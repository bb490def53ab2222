package io.novacron.dwcp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.novacron.dwcp.testing.FakeLocalEnd;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * The source's QEMU: writes, reads and flushes at random places with 16 requests open and cookies
 * that it uses again, never two at one place at once; it knows what the disk must hold, and looks
 * each time it is told so. At the end it flushes and disconnects.
 */
final class NbdClientProgram implements FakeLocalEnd.Program {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int DISCONNECT = 2;
  static final int FLUSH = 3;

  private static final int SLOTS = 16;
  private static final int BLOCK_BYTES = 512;
  private static final int SERVER_NEGOTIATION_BYTES = 18 + 32 + 20;

  private record Request(int command, int offset, ByteBuffer content) {}

  private final byte[] expected = new byte[NbdServerProgram.DISK_BYTES];
  private final Request[] slots = new Request[SLOTS];
  private final Random random;
  private final NbdServerProgram server;
  private byte[] in = {};
  private int requestsLeft;
  private boolean greeted;
  private boolean negotiated;
  private boolean finalFlush;
  private boolean disconnected;

  /**
   * @param server whose disk is looked at when a flush is answered
   */
  NbdClientProgram(Random random, int requests, NbdServerProgram server) {
    this.random = random;
    this.requestsLeft = requests;
    this.server = server;
  }

  /** It has disconnected, after all its requests were answered. */
  boolean isContent() {
    return disconnected;
  }

  byte[] expected() {
    return expected;
  }

  @Override
  public void told(byte[] bytes) {
    int held = in.length;
    in = Arrays.copyOf(in, held + bytes.length);
    System.arraycopy(bytes, 0, in, held, bytes.length);
    if (!negotiated && in.length >= SERVER_NEGOTIATION_BYTES) {
      negotiated = true;
      in = Arrays.copyOfRange(in, SERVER_NEGOTIATION_BYTES, in.length);
    }
    while (negotiated && takesAnswer()) {}
  }

  private boolean takesAnswer() {
    if (in.length < 32) {
      return false;
    }
    ByteBuffer header = ByteBuffer.wrap(in);
    int data = (int) header.getLong(24);
    if (in.length < 32 + data) {
      return false;
    }
    assertEquals(0x6e8a278c, header.getInt(0));
    assertEquals(1, header.getShort(4), "flags");
    int slot = (int) header.getLong(8) - 1;
    answered(slots[slot], Arrays.copyOfRange(in, 32, 32 + data));
    slots[slot] = null;
    in = Arrays.copyOfRange(in, 32 + data, in.length);
    return true;
  }

  private void answered(Request request, byte[] data) {
    switch (request.command()) {
      case READ -> {
        int end = request.offset() + request.content().capacity();
        assertArrayEquals(
            Arrays.copyOfRange(expected, request.offset(), end),
            Arrays.copyOfRange(data, 8, data.length),
            "a read misses a write that was done");
      }
      case FLUSH ->
          assertArrayEquals(
              NbdServerProgram.bytes(request.content()),
              server.disk,
              "a flush was answered too early");
      default -> {}
    }
  }

  @Override
  public boolean hasMore() {
    if (!greeted) {
      return true;
    }
    return negotiated && !disconnected && (isIdle() || (requestsLeft > 0 && hasSlot()));
  }

  private boolean isIdle() {
    return Arrays.stream(slots).allMatch(each -> each == null);
  }

  private boolean hasSlot() {
    return Arrays.stream(slots).anyMatch(each -> each == null);
  }

  @Override
  public byte[] says() {
    if (!greeted) {
      greeted = true;
      ByteBuffer out = ByteBuffer.allocate(20).putInt(3).putLong(0x49484156454f5054L);
      return NbdServerProgram.bytes(out.putInt(7).putInt(0));
    }
    if (requestsLeft > 0) {
      requestsLeft--;
      return request();
    }
    if (!finalFlush) {
      finalFlush = true;
      return flush();
    }
    disconnected = true;
    return header(DISCONNECT, 0, 0, 0);
  }

  private byte[] request() {
    int blocks = random.nextInt(1, 5);
    int offset = random.nextInt(NbdServerProgram.DISK_BYTES / BLOCK_BYTES - blocks) * BLOCK_BYTES;
    int bytes = blocks * BLOCK_BYTES;
    if (isBusy(offset, bytes)) {
      return new byte[0];
    }
    if (random.nextInt(20) == 0 && isIdle()) {
      return flush();
    }
    byte[] content = new byte[bytes];
    int slot = freeSlot();
    boolean isRead = random.nextInt(4) == 0;
    slots[slot] = new Request(isRead ? READ : WRITE, offset, ByteBuffer.wrap(content));
    if (isRead) {
      return header(READ, slot + 1, offset, bytes);
    }
    random.nextBytes(content);
    System.arraycopy(content, 0, expected, offset, bytes);
    byte[] header = header(WRITE, slot + 1, offset, bytes);
    byte[] whole = Arrays.copyOf(header, header.length + bytes);
    System.arraycopy(content, 0, whole, header.length, bytes);
    return whole;
  }

  private boolean isBusy(int offset, int bytes) {
    for (Request each : slots) {
      if (each != null
          && (each.command() == FLUSH
              || (each.offset() < offset + bytes
                  && offset < each.offset() + each.content().capacity()))) {
        return true;
      }
    }
    return false;
  }

  /** With nothing else open: then the server's disk must be as this one believes. */
  private byte[] flush() {
    int slot = freeSlot();
    slots[slot] = new Request(FLUSH, 0, ByteBuffer.wrap(expected.clone()));
    return header(FLUSH, slot + 1, 0, 0);
  }

  private int freeSlot() {
    int slot = 0;
    while (slots[slot] != null) {
      slot++;
    }
    return slot;
  }

  private static byte[] header(int command, long cookie, long offset, long length) {
    ByteBuffer out = ByteBuffer.allocate(32).putInt(0x21e41c71).putShort((short) 0);
    return NbdServerProgram.bytes(
        out.putShort((short) command).putLong(cookie).putLong(offset).putLong(length));
  }

  @Override
  public boolean isDone() {
    return disconnected;
  }
}
