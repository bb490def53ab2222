package io.novacron.dwcp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.novacron.dwcp.session.StreamSession;
import io.novacron.dwcp.streams.OutboundFrame;
import io.novacron.dwcp.streams.StreamLink;
import io.novacron.dwcp.streams.TcpState;
import io.novacron.dwcp.wire.BufferSource;
import io.novacron.dwcp.wire.Frame;
import io.novacron.dwcp.wire.FrameDecoder;
import io.novacron.dwcp.wire.FrameEncoder;
import io.novacron.dwcp.wire.PayloadBuffer;
import io.novacron.dwcp.wire.WireException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One stream: frames in, frames out. Until {@link #join} the frames go to the handshake; after it,
 * to the session. Event loop of the session only, from join on.
 */
final class StreamHandler extends ChannelInboundHandlerAdapter implements StreamLink {
  /** Takes the first frames of a stream, and its end if that comes before any session. */
  interface Handshake {
    void start(StreamHandler stream);

    void frame(StreamHandler stream, Frame frame) throws WireException;

    void failed(StreamHandler stream, String reason);
  }

  private final FrameDecoder decoder;
  private final Handshake handshake;
  private final Channel channel;
  private final EpollTcpInfo tcpInfo = new EpollTcpInfo();
  private @Nullable StreamSession session;
  private String closeReason = "closed by the peer";
  private boolean closed;
  private boolean reported;

  StreamHandler(Channel channel, BufferSource buffers, Handshake handshake) {
    this.channel = channel;
    this.decoder = new FrameDecoder(buffers);
    this.handshake = handshake;
  }

  /** From here on frames belong to the session. A stream that died meanwhile does not join. */
  void join(StreamSession owner) {
    if (closed || !channel.isActive()) {
      close("closed during the handshake");
      return;
    }
    session = owner;
    owner.streamUp(this);
  }

  Channel channel() {
    return channel;
  }

  void sendNow(Frame frame) {
    channel.writeAndFlush(Unpooled.wrappedBuffer(FrameEncoder.encode(frame)));
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    handshake.start(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      StreamSession owner = session;
      if (owner != null) {
        owner.heard(this);
      }
      if (!closed) {
        decoder.feed(bytes.nioBuffer(), this::frame);
      }
    } catch (WireException e) {
      close(String.valueOf(e.getMessage()));
    } finally {
      bytes.release();
    }
  }

  private void frame(Frame frame) throws WireException {
    StreamSession owner = session;
    if (closed) {
      discard(frame);
    } else if (owner != null) {
      owner.frame(this, frame);
    } else {
      discard(frame); // no handshake takes DATA: its memory must not depend on who connected
      handshake.frame(this, frame);
    }
  }

  private static void discard(Frame frame) {
    if (frame instanceof Frame.Data data) {
      data.payload().release();
    }
  }

  @Override
  public boolean canSend() {
    return !closed && channel.isWritable();
  }

  /** Segments that the peer has not acknowledged (Linux tcp_info), and what Netty still holds. */
  @Override
  public long unconfirmedBytes() {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    long heldBytes = waiting == null ? 0 : waiting.totalPendingWriteBytes();
    if (closed || !(channel instanceof EpollSocketChannel socket)) {
      return heldBytes;
    }
    try {
      socket.tcpInfo(tcpInfo);
    } catch (ChannelException e) {
      return heldBytes; // the socket is being closed: its bytes go over another
    }
    return heldBytes + tcpInfo.unacked() * tcpInfo.sndMss();
  }

  @Override
  public TcpState tcp() {
    if (closed || !(channel instanceof EpollSocketChannel socket)) {
      return TcpState.UNKNOWN;
    }
    try {
      socket.tcpInfo(tcpInfo);
    } catch (ChannelException e) {
      return TcpState.UNKNOWN; // the socket is being closed
    }
    return new TcpState(tcpInfo.rtt() * 1000, tcpInfo.totalRetrans() * tcpInfo.sndMss());
  }

  @Override
  public void send(OutboundFrame frame) {
    PayloadBuffer payload = frame.payload();
    ByteBuffer header = frame.header();
    if (payload == null) {
      channel.writeAndFlush(Unpooled.wrappedBuffer(header));
      return;
    }
    payload.retain();
    channel.write(Unpooled.wrappedBuffer(header));
    channel
        .writeAndFlush(Unpooled.wrappedBuffer(payload.bytes().duplicate()))
        .addListener(result -> payload.release());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    StreamSession owner = session;
    if (owner != null && channel.isWritable()) {
      owner.writable();
    }
  }

  @Override
  public void close(String reason) {
    if (!closed) {
      closed = true;
      closeReason = reason;
      channel.close();
      ended();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closed = true;
    decoder.close();
    ended();
  }

  private void ended() {
    if (reported) {
      return;
    }
    reported = true;
    StreamSession owner = session;
    if (owner != null) {
      owner.streamDown(this);
    } else {
      handshake.failed(this, closeReason);
    }
  }

  String closeReason() {
    return closeReason;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close(TlsFailure.reason(cause));
  }
}
