package io.novacron.dwcp.relay;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one direction of a connection into messages, wherever the bytes are split. The bytes of all
 * results, one after the other, are the bytes pushed, but for those of a message not yet whole.
 *
 * <p>A length or a header that libvirt cannot have sent (TLS, SASL's encryption, another protocol)
 * switches this direction to opaque for good. One thread at a time.
 */
public final class RpcMessageReader {
  /** Most Prepare calls hold 10 to 30 KiB of domain XML; more is asked for as it comes. */
  private static final int FIRST_ALLOCATION_BYTES = 64 * 1024;

  private final ByteBuffer prefix = ByteBuffer.allocate(RpcLimits.MIN_MESSAGE_BYTES);
  private byte[] whole = new byte[0];
  private int wholeBytes;
  private int messageBytes;
  private int remainingBytes;
  private @Nullable RpcHeader current;
  private @Nullable String opaqueReason;

  /**
   * Takes all remaining bytes of {@code in}. Fragments and opaque bytes share its memory, whole
   * messages do not.
   */
  public List<RpcInput> push(ByteBuffer in) {
    List<RpcInput> out = new ArrayList<>();
    while (in.hasRemaining()) {
      String opaque = opaqueReason;
      RpcHeader header = current;
      if (opaque != null) {
        out.add(new OpaqueBytes(take(in, in.remaining()), opaque));
      } else if (header == null) {
        readPrefix(in, out);
      } else if (RemoteProgram.isRead(header)) {
        collect(header, in, out);
      } else {
        int bytes = Math.min(in.remaining(), remainingBytes);
        fragment(header, take(in, bytes), false, out);
      }
    }
    return out;
  }

  /** Whether a message of another origin may go out now without splitting one. */
  public boolean atMessageBoundary() {
    return current == null && prefix.position() == 0 && opaqueReason == null;
  }

  /** Why this direction is opaque, once it is. */
  public Optional<String> opaqueReason() {
    return Optional.ofNullable(opaqueReason);
  }

  /** The bytes of an unfinished message, for the end of the stream: pass them on before it. */
  public ByteBuffer unfinished() {
    RpcHeader header = current;
    if (header != null && RemoteProgram.isRead(header)) {
      return ByteBuffer.wrap(whole, 0, wholeBytes).asReadOnlyBuffer();
    }
    return prefix.duplicate().flip().asReadOnlyBuffer();
  }

  private void readPrefix(ByteBuffer in, List<RpcInput> out) {
    prefix.put(take(in, Math.min(in.remaining(), prefix.remaining())));
    String problem = prefixProblem();
    if (problem != null) {
      opaqueReason = problem;
      out.add(new OpaqueBytes(takePrefix(), problem));
    } else if (!prefix.hasRemaining()) {
      begin(out);
    }
  }

  /** Judges each word as soon as it is whole, so that a foreign protocol is never held back. */
  private @Nullable String prefixProblem() {
    int seen = prefix.position();
    if (seen >= 4) {
      long length = Integer.toUnsignedLong(prefix.getInt(0));
      if (length < RpcLimits.MIN_MESSAGE_BYTES || length > RpcLimits.MAX_MESSAGE_BYTES) {
        return "no libvirt RPC: length word is %d, expected %d to %d"
            .formatted(length, RpcLimits.MIN_MESSAGE_BYTES, RpcLimits.MAX_MESSAGE_BYTES);
      }
    }
    if (seen >= 8 && !RpcPrograms.isKnown(prefix.getInt(4))) {
      return "no libvirt RPC: unknown program 0x%08x".formatted(prefix.getInt(4));
    }
    if (seen == RpcLimits.MIN_MESSAGE_BYTES && readHeader().isEmpty()) {
      return "no libvirt RPC: type %d or status %d out of range"
          .formatted(prefix.getInt(16), prefix.getInt(24));
    }
    return null;
  }

  private Optional<RpcHeader> readHeader() {
    return RpcHeader.read(prefix.duplicate().position(RpcLimits.LENGTH_WORD_BYTES));
  }

  private void begin(List<RpcInput> out) {
    RpcHeader header = readHeader().orElseThrow();
    messageBytes = prefix.getInt(0);
    remainingBytes = messageBytes;
    current = header;
    ByteBuffer start = takePrefix();
    if (RemoteProgram.isRead(header)) {
      wholeBytes = 0;
      collect(header, start, out);
    } else {
      fragment(header, start, true, out);
    }
  }

  private void fragment(RpcHeader header, ByteBuffer bytes, boolean first, List<RpcInput> out) {
    remainingBytes -= bytes.remaining();
    boolean last = remainingBytes == 0;
    if (last) {
      current = null;
    }
    out.add(new RpcFragment(header, bytes, first, last));
  }

  private void collect(RpcHeader header, ByteBuffer in, List<RpcInput> out) {
    int bytes = Math.min(in.remaining(), remainingBytes);
    makeRoom(wholeBytes + bytes);
    in.get(whole, wholeBytes, bytes);
    wholeBytes += bytes;
    remainingBytes -= bytes;
    if (remainingBytes == 0) {
      out.add(new RpcMessage(header, ByteBuffer.wrap(whole, 0, wholeBytes).slice()));
      whole = new byte[0];
      wholeBytes = 0;
      current = null;
    }
  }

  /** Grows with what came, not with what was claimed: a claim of 32 MiB costs nothing by itself. */
  private void makeRoom(int bytes) {
    if (whole.length < bytes) {
      int wanted = Math.max(Math.max(bytes, FIRST_ALLOCATION_BYTES), 2 * whole.length);
      whole = Arrays.copyOf(whole, Math.min(wanted, messageBytes));
    }
  }

  private ByteBuffer takePrefix() {
    byte[] bytes = Arrays.copyOf(prefix.array(), prefix.position());
    prefix.clear();
    return ByteBuffer.wrap(bytes);
  }

  private static ByteBuffer take(ByteBuffer in, int bytes) {
    ByteBuffer taken = in.slice(in.position(), bytes);
    in.position(in.position() + bytes);
    return taken;
  }
}
