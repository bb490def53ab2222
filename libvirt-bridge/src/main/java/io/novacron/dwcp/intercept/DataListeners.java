package io.novacron.dwcp.intercept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.novacron.dwcp.config.PortRange;
import io.novacron.dwcp.netty.LocalSockets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Loopback listeners of one migration on the source: what libvirt or QEMU connects to instead of
 * the destination. Ports come from the configured range, which stays clear of libvirt's own:
 * libvirt tests a migration port by binding the wildcard address, so a listener there makes it look
 * taken. Event loop of the peer only.
 */
final class DataListeners {
  /** Answer to {@link #open}. */
  interface Opened {
    void listening(int port);

    void failed(String reason);
  }

  private final EventLoop loop;
  private final PortRange ports;
  private final List<Channel> listeners = new ArrayList<>();
  private boolean closed;

  DataListeners(EventLoop loop, PortRange ports) {
    this.loop = loop;
    this.ports = ports;
  }

  /**
   * Opens one listener on the first free port from a varying start; {@code accepted} gets sockets.
   */
  void open(Consumer<Channel> accepted, Opened answer) {
    int start = Math.floorMod(System.identityHashCode(accepted), ports.count());
    attempt(new Search(start, 0, "none was tried"), accepted, answer);
  }

  /** How far the search for a free port came, and what was in the way of the last one. */
  private record Search(int start, int tried, String lastError) {
    Search next(String error) {
      return new Search(start, tried + 1, error);
    }
  }

  private void attempt(Search search, Consumer<Channel> accepted, Opened answer) {
    if (closed) {
      answer.failed("the migration ended while its listeners were opened");
      return;
    }
    if (search.tried() == ports.count()) {
      answer.failed("no free loopback port in " + ports + "; of the last: " + search.lastError());
      return;
    }
    int port = ports.first() + (search.start() + search.tried()) % ports.count();
    LocalSockets.listenLoopback(loop, port, accepted::accept)
        .addListener((ChannelFuture bound) -> {
          if (!bound.isSuccess()) {
            String error = String.valueOf(bound.cause().getMessage());
            attempt(search.next(error), accepted, answer);
          } else if (closed) {
            bound.channel().close();
            answer.failed("the migration ended while its listeners were opened");
          } else {
            listeners.add(bound.channel());
            answer.listening(port);
          }
        });
  }

  /** No new connection from here on; those that are open stay. */
  void close() {
    closed = true;
    listeners.forEach(Channel::close);
    listeners.clear();
  }
}
