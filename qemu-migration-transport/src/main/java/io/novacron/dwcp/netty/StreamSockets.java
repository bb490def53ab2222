package io.novacron.dwcp.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How the TCP connections between daemons are set up, the same on both sides. */
final class StreamSockets {
  /**
   * 32 KiB not yet sent may wait in the kernel per stream: less than a frame, so that the next
   * frame is chosen late and urgent ones overtake (downtime rule, DESIGN 3).
   */
  private static final int NOT_SENT_BYTES = 32 * 1024;

  /**
   * A stream takes the next frame while less than one typical frame (64 KiB) waits in user space.
   */
  static final int HIGH_WATER_BYTES = 64 * 1024;

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(HIGH_WATER_BYTES / 2, HIGH_WATER_BYTES);

  /** 20 s without an acknowledgement end the connection; our own pings notice after 5 s. */
  private static final int USER_TIMEOUT_MILLIS = 20_000;

  private static final int READ_BYTES = 128 * 1024;

  /** TCP_CA_NAME_MAX of Linux, the closing zero included. */
  private static final int NAME_BYTES = 16;

  /** Linux tcp(7) TCP_CONGESTION: level IPPROTO_TCP 6, option 13. */
  private static final RawUnixChannelOption CONGESTION =
      new RawUnixChannelOption("TCP_CONGESTION", 6, 13, NAME_BYTES);

  private StreamSockets() {}

  /**
   * Puts one new {@link StreamHandler} on each connection.
   *
   * @param protection what comes before it
   */
  static ChannelInitializer<Channel> initializer(
      Transport transport,
      Consumer<Channel> protection,
      Supplier<StreamHandler.Handshake> handshakes) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        configure(channel);
        congestionControl(channel, transport.settings().congestionControl());
        protection.accept(channel);
        channel
            .pipeline()
            .addLast("stream", new StreamHandler(channel, transport.buffers(), handshakes.get()));
      }
    };
  }

  private static void configure(Channel channel) {
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) NOT_SENT_BYTES);
    channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS);
    channel.config().setWriteBufferWaterMark(WATER_MARK);
    channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES));
  }

  /**
   * Kernels that do not know the name, or do not allow it, keep their default: nothing is lost but
   * speed, so the failure is no error.
   */
  private static void congestionControl(Channel channel, String wanted) {
    if (wanted.isEmpty()) {
      return;
    }
    ByteBuffer name = ByteBuffer.allocateDirect(NAME_BYTES);
    name.put(wanted.getBytes(StandardCharsets.US_ASCII)).position(0);
    try {
      channel.config().setOption(CONGESTION, name);
    } catch (ChannelException e) {
      return;
    }
  }
}
