package io.novacron.dwcp.session;

import io.novacron.dwcp.testing.FakeLocalEnd;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The destination's NBD server with a disk in memory: takes requests in any order, as QEMU's does,
 * up to 16 at once, and answers with extended headers. Negotiation is three messages.
 */
final class NbdServerProgram implements FakeLocalEnd.Program {
  static final int DISK_BYTES = 1 << 16;
  private static final int MOST_AT_ONCE = 16;
  private static final int NEGOTIATION_BYTES = 4 + 16;

  private record Request(int command, long cookie, int offset, int length, ByteBuffer payload) {}

  final byte[] disk = new byte[DISK_BYTES];
  private final Random random;
  private final List<Request> open = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private byte[] in = {};
  private boolean negotiated;
  private boolean done;
  private int writesUntilFull = Integer.MAX_VALUE;

  NbdServerProgram(Random random) {
    this.random = random;
    out.writeBytes(
        bytes(
            ByteBuffer.allocate(18)
                .putLong(0x4e42444d41474943L)
                .putLong(0x49484156454f5054L)
                .putShort((short) 3)));
  }

  /** It fails with "no space left" from that write on. */
  void isFullAfter(int writes) {
    writesUntilFull = writes;
  }

  @Override
  public void told(byte[] bytes) {
    int held = in.length;
    in = Arrays.copyOf(in, held + bytes.length);
    System.arraycopy(bytes, 0, in, held, bytes.length);
    negotiate();
  }

  private void negotiate() {
    if (negotiated || in.length < NEGOTIATION_BYTES) {
      return;
    }
    negotiated = true;
    in = Arrays.copyOfRange(in, NEGOTIATION_BYTES, in.length);
    out.writeBytes(optionReplyBytes(3, 12, 0x1ded));
    out.writeBytes(optionReplyBytes(1, 0, 0));
  }

  private static ByteBuffer optionReply(int type, int length) {
    ByteBuffer reply = ByteBuffer.allocate(20 + length).putLong(0x0003e889045565a9L);
    return reply.putInt(7).putInt(type).putInt(length);
  }

  private static byte[] optionReplyBytes(int type, int length, int flags) {
    ByteBuffer reply = optionReply(type, length);
    if (length > 0) {
      reply.putShort((short) 0).putLong(DISK_BYTES).putShort((short) flags);
    }
    return bytes(reply);
  }

  /** Takes requests as they came, like QEMU's server, which reads no more than it works on. */
  private void takeRequests() {
    while (open.size() < MOST_AT_ONCE && in.length >= 32) {
      ByteBuffer header = ByteBuffer.wrap(in);
      int command = header.getShort(6);
      int length = (int) header.getLong(24);
      int payload = command == NbdClientProgram.WRITE ? length : 0;
      if (in.length < 32 + payload) {
        return;
      }
      Request request =
          new Request(
              command,
              header.getLong(8),
              (int) header.getLong(16),
              length,
              ByteBuffer.wrap(Arrays.copyOfRange(in, 32, 32 + payload)));
      in = Arrays.copyOfRange(in, 32 + payload, in.length);
      if (command == NbdClientProgram.DISCONNECT) {
        done = true;
      } else {
        open.add(request);
      }
    }
  }

  @Override
  public boolean hasMore() {
    takeRequests();
    return out.size() > 0 || !open.isEmpty();
  }

  @Override
  public byte[] says() {
    if (!open.isEmpty()) {
      answer(open.remove(random.nextInt(open.size())));
    }
    byte[] said = out.toByteArray();
    out.reset();
    return said;
  }

  private void answer(Request request) {
    switch (request.command()) {
      case NbdClientProgram.WRITE -> {
        if (writesUntilFull-- <= 0) {
          out.writeBytes(chunk(0x8001, request, error()));
          return;
        }
        request.payload().get(0, disk, request.offset(), request.length());
        out.writeBytes(chunk(0, request, new byte[0]));
      }
      case NbdClientProgram.READ -> {
        ByteBuffer data = ByteBuffer.allocate(8 + request.length()).putLong(request.offset());
        data.put(disk, request.offset(), request.length());
        out.writeBytes(chunk(1, request, bytes(data)));
      }
      default -> out.writeBytes(chunk(0, request, new byte[0]));
    }
  }

  private static byte[] error() {
    return bytes(ByteBuffer.allocate(6).putInt(28).putShort((short) 0));
  }

  private static byte[] chunk(int type, Request request, byte[] data) {
    ByteBuffer reply = ByteBuffer.allocate(32 + data.length).putInt(0x6e8a278c);
    reply.putShort((short) 1).putShort((short) type).putLong(request.cookie());
    return bytes(reply.putLong(request.offset()).putLong(data.length).put(data));
  }

  @Override
  public boolean isDone() {
    return done && open.isEmpty();
  }

  static byte[] bytes(ByteBuffer full) {
    byte[] copy = new byte[full.capacity()];
    full.get(0, copy);
    return copy;
  }
}
