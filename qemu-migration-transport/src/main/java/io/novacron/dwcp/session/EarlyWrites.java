package io.novacron.dwcp.session;

import io.novacron.dwcp.nbd.NbdException;
import io.novacron.dwcp.nbd.WriteBehind;
import io.novacron.dwcp.nbd.WriteWindow;
import io.novacron.dwcp.wire.BufferSource;
import io.novacron.dwcp.wire.PayloadBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the pipes of a disk's channel and QEMU, at the source only: {@link WriteBehind}
 * tells QEMU that writes are done which are still under way. The pipes, and so the digests over
 * both directions, carry what lies on the far side of it: QEMU's requests under cookies of our own,
 * and every reply of the server.
 *
 * <p>Whoever lets the guest run at the destination asks {@link #state()} before: a migration with
 * writes that are {@link State#AHEAD} must wait, one with {@link State#LOST} ones must not end
 * well. Session thread only.
 */
public final class EarlyWrites {
  /** What became of the writes that QEMU believes to be done. */
  public enum State {
    /** The destination's server has answered each of them, without an error. */
    SETTLED,
    /** Some are not answered yet. */
    AHEAD,
    /** One failed, or the channel broke before all were answered. For good. */
    LOST
  }

  /** What the channel does for it. */
  interface Channel {
    void toDestination(ByteBuffer bytes);

    /** QEMU has ended its direction, and nothing of it waits here. */
    void endOfInput();

    /** There may be room for more of QEMU's bytes. */
    void moved();

    /** The channel must be reset. */
    void broken(String reason);
  }

  private final LongSupplier nanoClock;
  private final BufferSource buffers;
  private final WriteBehind behind;
  private final ByteArrayOutputStream forQemu = new ByteArrayOutputStream();
  private final List<Runnable> waiting = new ArrayList<>();
  private @Nullable Channel channel;
  private @Nullable LocalEnd qemu;
  private boolean inputEnded;
  private boolean endPassedOn;
  private boolean outputEnded;
  private boolean lost;
  private boolean closed;

  EarlyWrites(WriteWindow window, LongSupplier nanoClock, BufferSource buffers) {
    this.nanoClock = nanoClock;
    this.buffers = buffers;
    this.behind =
        new WriteBehind(
            window,
            new WriteBehind.Sink() {
              @Override
              public void toDestination(ByteBuffer bytes) {
                channel().toDestination(bytes);
              }

              @Override
              public void toQemu(ByteBuffer bytes) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                forQemu.writeBytes(copy);
              }
            });
  }

  void join(Channel ofThis) {
    channel = ofThis;
  }

  private Channel channel() {
    Channel joined = channel;
    if (joined == null) {
      throw new IllegalStateException("not joined to a channel yet");
    }
    return joined;
  }

  /** QEMU's connection as the channel is to see it. */
  LocalEnd around(LocalEnd connection) {
    qemu = connection;
    return new Around(connection);
  }

  /** Bytes that QEMU sent; all are taken. */
  void fromQemu(ByteBuffer bytes) {
    if (closed) {
      return;
    }
    try {
      behind.fromQemu(bytes, nanoClock.getAsLong());
      LocalEnd connection = qemu;
      if (connection != null && forQemu.size() > 0) {
        reply(connection, () -> {});
      }
    } catch (NbdException e) {
      fail(e);
    }
  }

  /** QEMU sends no more. The destination hears of it when it has answered everything. */
  void endOfInput() {
    inputEnded = true;
    passEndOn();
  }

  private void passEndOn() {
    if (inputEnded && !endPassedOn && !closed && !behind.isHolding() && !behind.isAhead()) {
      endPassedOn = true;
      channel().endOfInput();
    }
  }

  /** Whether nothing more should be read of QEMU right now. */
  boolean isHolding() {
    return behind.isHolding();
  }

  public State state() {
    if (lost) {
      return State.LOST;
    }
    return behind.isAhead() ? State.AHEAD : State.SETTLED;
  }

  /** Runs it once the state is no longer {@link State#AHEAD}: at once if it is not now. */
  public void whenSettled(Runnable then) {
    if (state() == State.AHEAD) {
      waiting.add(then);
    } else {
      then.run();
    }
  }

  /** The channel has ended, in whatever way. */
  void closed() {
    closed = true;
    lost |= behind.isAhead();
    tellIfSettled();
  }

  private void fail(NbdException cause) {
    lost = true;
    forQemu.reset();
    tellIfSettled();
    channel().broken(String.valueOf(cause.getMessage()));
  }

  private void tellIfSettled() {
    if (state() != State.AHEAD && !waiting.isEmpty()) {
      List<Runnable> due = List.copyOf(waiting);
      waiting.clear();
      due.forEach(Runnable::run);
    }
  }

  private void reply(LocalEnd connection, Runnable written) {
    if (outputEnded) {
      lost = true;
      channel().broken("QEMU sends requests after the destination's server ended the connection");
      return;
    }
    PayloadBuffer out = buffers.take(forQemu.size());
    out.bytes().put(forQemu.toByteArray()).flip();
    forQemu.reset();
    connection.deliver(out, written);
  }

  /** What the destination's server says goes through here on its way to QEMU. */
  private final class Around implements LocalEnd {
    private final LocalEnd connection;

    Around(LocalEnd connection) {
      this.connection = connection;
    }

    @Override
    public void deliver(PayloadBuffer bytes, Runnable written) {
      try {
        behind.fromDestination(bytes.bytes(), nanoClock.getAsLong());
      } catch (NbdException e) {
        fail(e);
        return;
      } finally {
        bytes.release();
      }
      tellIfSettled();
      passEndOn();
      channel().moved();
      if (forQemu.size() > 0) {
        reply(connection, written);
      } else {
        written.run();
      }
    }

    @Override
    public void deliverEnd() {
      outputEnded = true;
      if (behind.isAhead()) {
        lost = true;
        tellIfSettled();
        channel().broken("the destination's server ended the connection and owes answers");
      } else {
        connection.deliverEnd();
      }
    }

    @Override
    public void reset(String reason) {
      connection.reset(reason);
    }

    @Override
    public void requestBytes() {
      connection.requestBytes();
    }

    @Override
    public boolean isPaced() {
      return connection.isPaced();
    }
  }
}
