package io.novacron.dwcp.intercept;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.novacron.dwcp.relay.DestinationRelay;
import io.novacron.dwcp.relay.MigrationEvent;
import io.novacron.dwcp.relay.RpcInput;
import io.novacron.dwcp.relay.RpcMessageReader;
import java.util.function.Consumer;

/** Shows {@link DestinationRelay} what passes between this host's libvirt and the source. */
final class DestinationRelayHandler extends ChannelDuplexHandler {
  private final DestinationRelay relay;
  private final Consumer<MigrationEvent> events;
  private final Runnable ended;
  private final RpcMessageReader fromSource = new RpcMessageReader();
  private final RpcMessageReader fromLibvirt = new RpcMessageReader();

  DestinationRelayHandler(DestinationRelay relay, Consumer<MigrationEvent> events, Runnable ended) {
    this.relay = relay;
    this.events = events;
    this.ended = ended;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    for (RpcInput input : fromLibvirt.push(((ByteBuf) message).nioBuffer())) {
      relay.fromLibvirt(input).forEach(events);
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    for (RpcInput input : fromSource.push(((ByteBuf) message).nioBuffer())) {
      relay.fromSource(input).forEach(events);
    }
    context.write(message, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    relay.closed().forEach(events);
    ended.run();
    context.fireChannelInactive();
  }
}
