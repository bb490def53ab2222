package io.novacron.dwcp.session;

import io.novacron.dwcp.wire.ChannelKind;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.ResetCode;
import io.novacron.dwcp.wire.WireException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One host's end of a channel: a local connection, the pipe from it and the pipe to it.
 *
 * <p>The two directions end apart (half-close) and in either order; a reset ends both at once. The
 * local connection is read only while the outbound pipe has room, one bounded read at a time.
 * Session thread only.
 */
public final class ChannelEnd {
  /** One batch: a local connection gives at most so much per {@link LocalEnd#requestBytes}. */
  public static final int MAX_READ_BYTES = 256 * 1024;

  /** What the session does for its channels. */
  interface Owner {
    /** Handles the channel's due work after the current event. */
    void touch(ChannelEnd channel);

    /** Resets the channel at the peer and forgets it. */
    void reset(ChannelEnd channel, ResetCode code, String reason);
  }

  private final int id;
  private final ChannelKind kind;
  private final long migrationId;
  private final Owner owner;
  private final OutboundPipe outbound;
  private final InboundPipe inbound;
  private final ChannelBaseline baseline;
  private final ChannelImages images;
  private final @Nullable EarlyWrites earlyWrites;
  private @Nullable LocalEnd local;
  private boolean opened;
  private boolean reading;
  private boolean ackDue;
  private boolean closed;
  private int openVerdicts;
  private long askedSequence = -1;
  private boolean isVerdictOnItsWay;
  private String abortReason = "";

  /**
   * @param earlyWrites of a disk whose writes are acknowledged early; null for anything else
   */
  ChannelEnd(Frame.Open open, Owner owner, ChannelPipes pipes, @Nullable EarlyWrites earlyWrites) {
    this.id = open.channelId();
    this.kind = open.kind();
    this.migrationId = open.migrationId();
    this.owner = owner;
    this.outbound = pipes.outbound(this);
    this.inbound = pipes.inbound(this);
    this.baseline = new ChannelBaseline(outbound, inbound);
    this.images = new ChannelImages(outbound, inbound);
    this.earlyWrites = earlyWrites;
    if (earlyWrites != null) {
      earlyWrites.join(new BehindEarlyWrites());
    }
  }

  /** Builds the two pipes of an end; they call back into it. */
  interface ChannelPipes {
    OutboundPipe outbound(ChannelEnd channel);

    InboundPipe inbound(ChannelEnd channel);
  }

  public int id() {
    return id;
  }

  public ChannelKind kind() {
    return kind;
  }

  public long migrationId() {
    return migrationId;
  }

  /** Gives the channel its local connection, once. */
  void attach(LocalEnd end) {
    local = earlyWrites == null ? end : earlyWrites.around(end);
    if (!end.isPaced()) {
      outbound.gate().leaveOpen();
    }
  }

  /** The local connection; bytes reach the inbound pipe only after it was attached and opened. */
  LocalEnd local() {
    LocalEnd end = local;
    if (end == null) {
      throw new IllegalStateException("channel " + id + " has no local connection yet");
    }
    return end;
  }

  /** The peer's side is connected: bytes flow both ways from here on. */
  void opened() {
    opened = true;
    outbound.start();
    inbound.opened();
    readIfWanted();
  }

  boolean isOpened() {
    return opened;
  }

  /** Bytes from the local connection, asked for with {@link LocalEnd#requestBytes}. */
  public void localBytes(ByteBuffer bytes) {
    if (closed) {
      return;
    }
    if (earlyWrites == null) {
      outbound.bytes(bytes);
    } else {
      earlyWrites.fromQemu(bytes);
    }
  }

  /** The read that was asked for is over: the local connection has no more, or gave its measure. */
  public void localWouldBlock() {
    reading = false;
    if (!closed) {
      outbound.wouldBlock();
      readIfWanted();
    }
  }

  /** The local connection will send no more (half-close). */
  public void localEnd() {
    if (closed) {
      return;
    }
    if (earlyWrites == null) {
      outbound.endOfInput();
      owner.touch(this);
    } else {
      earlyWrites.endOfInput();
    }
  }

  /** The local connection broke. The peer's end is reset as well. */
  public void localReset(String reason) {
    if (!closed) {
      owner.reset(this, ResetCode.LOCAL, reason);
    }
  }

  void data(Frame.Data data) throws WireException {
    inbound.data(data);
  }

  void end(Frame.End end) throws WireException {
    inbound.end(end);
  }

  void acknowledged(Frame.Ack ack) throws WireException {
    outbound.sender().acknowledged(ack);
    owner.touch(this);
  }

  void markAckDue() {
    ackDue = true;
    owner.touch(this);
  }

  /** The ACK to send now, if one is due. */
  Frame.@Nullable Ack takeAck() {
    if (!ackDue || !opened) {
      return null;
    }
    ackDue = false;
    return inbound.ack();
  }

  /**
   * Called each second: what no event would wake, a wait for batches of other channels and a lost
   * acknowledgement of END.
   */
  void wake() {
    outbound.repeatEnd();
    if (outbound.isStarved()) {
      owner.touch(this);
    }
  }

  /** Due work: an open batch that may go now, room for more bytes. */
  void resume() {
    if (!closed) {
      outbound.resume();
      readIfWanted();
    }
  }

  private void readIfWanted() {
    LocalEnd end = local;
    boolean isHolding = earlyWrites != null && earlyWrites.isHolding();
    if (opened && !reading && !closed && !isHolding && end != null && outbound.wantsBytes()) {
      reading = true;
      end.requestBytes();
    }
  }

  boolean isFinished() {
    return inbound.isFinished() && outbound.isFinished();
  }

  /** Whether the guest may be standing still right now, waiting for this channel's bytes. */
  boolean isSwitchover() {
    return outbound.isSwitchover();
  }

  /**
   * How long QEMU may have the guest of this memory stream stand still: the less, the faster the
   * stream may be taken without misleading it.
   */
  public void downtimeLimit(long nanos) {
    outbound.gate().downtimeLimit(nanos);
  }

  /** Whether the memory stream brought all of the guest's memory once. */
  public boolean isFirstPassOver() {
    return outbound.gate().isFirstPassOver();
  }

  /**
   * libvirt's Finish call comes next from the local connection of the source: from when a stream
   * took it until it is answered the destination may run the guest, and nobody else may. Its
   * session is kept longer, and its local connection is not broken, see {@link LocalEnd#hold}. One
   * connection may carry several such calls.
   */
  public void verdictAsked() {
    if (openVerdicts == 0) {
      askedSequence = outbound.sender().nextSequence();
    }
    openVerdicts++;
  }

  /** The same call goes to the local libvirt of the destination. */
  public void verdictAwaited() {
    openVerdicts++;
  }

  /** The answer to a Finish call goes to the local libvirt. */
  public void verdictCame() {
    openVerdicts = Math.max(0, openVerdicts - 1);
  }

  /** The answer to a Finish call came from the local libvirt; the peer has yet to get it. */
  public void verdictGiven() {
    verdictCame();
    isVerdictOnItsWay = true;
  }

  /** Whether a break now could leave two hosts that run the guest. */
  boolean isVerdictOpen() {
    isVerdictOnItsWay = isVerdictOnItsWay && !outbound.isDelivered();
    boolean isAsked = openVerdicts > 0 && outbound.sender().isSent(askedSequence);
    return isAsked || isVerdictOnItsWay;
  }

  OutboundPipe outbound() {
    return outbound;
  }

  /** What this channel has to do with baselines. */
  public ChannelBaseline baseline() {
    return baseline;
  }

  ChannelImages images() {
    return images;
  }

  /** Breaks the local connection and frees everything. Nothing is delivered after it. */
  void abort(String reason) {
    if (!closed) {
      boolean isVerdictOpen = isVerdictOpen();
      abortReason = reason;
      closed = true;
      baseline.broken();
      free();
      LocalEnd end = local;
      if (end != null && isVerdictOpen) {
        end.hold(reason);
      } else if (end != null) {
        end.reset(reason);
      }
    }
  }

  /** Frees everything after both directions ended. */
  void close() {
    closed = true;
    baseline.finished();
    free();
  }

  private void free() {
    images.close();
    outbound.close();
    inbound.close();
    if (earlyWrites != null) {
      earlyWrites.closed();
    }
  }

  /** Of a disk whose writes are acknowledged early; null for anything else. Valid after the end. */
  public @Nullable EarlyWrites earlyWrites() {
    return earlyWrites;
  }

  /** What lies behind the early acknowledgement, towards the destination. */
  private final class BehindEarlyWrites implements EarlyWrites.Channel {
    @Override
    public void toDestination(ByteBuffer bytes) {
      outbound.bytes(bytes);
    }

    @Override
    public void endOfInput() {
      outbound.endOfInput();
      owner.touch(ChannelEnd.this);
    }

    @Override
    public void moved() {
      owner.touch(ChannelEnd.this);
    }

    @Override
    public void broken(String reason) {
      owner.reset(ChannelEnd.this, ResetCode.LOCAL, reason);
    }
  }

  /** Why the channel was broken off; empty while it lives and after a clean end. */
  public String abortReason() {
    return abortReason;
  }

  public boolean isClosed() {
    return closed;
  }

  /** Counters so far; also valid after the end. */
  public ChannelTally tally() {
    return new ChannelTally(
        outbound.rawBytes() + inbound.rawBytes(),
        outbound.sender().wireBytes() + inbound.wireBytes(),
        new ChannelTally.Encoded(outbound.pageCounts(), outbound.residueBytes()),
        new ChannelTally.Encoded(inbound.pageCounts(), inbound.residueBytes()));
  }

  /** What the outbound parser understood, for logs. */
  public String parserDescription() {
    return outbound.parserDescription();
  }
}
