package io.novacron.dwcp.netty;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Looks up names on a thread for each look-up: in an outage the name server may be as far away as
 * the peer, and an event loop that waits for it answers no keepalive and resets no guest that
 * stands still. A literal address needs none.
 */
final class NamesOffLoop extends AddressResolverGroup<InetSocketAddress> {
  static final NamesOffLoop GROUP = new NamesOffLoop();

  private NamesOffLoop() {}

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new Names(executor).asAddressResolver();
  }

  private static final class Names extends InetNameResolver {
    Names(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String name, Promise<InetAddress> promise) {
      onItsOwnThread(() -> promise.setSuccess(InetAddress.getByName(name)), promise);
    }

    @Override
    protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
      onItsOwnThread(() -> promise.setSuccess(List.of(InetAddress.getAllByName(name))), promise);
    }

    private interface Lookup {
      void run() throws UnknownHostException;
    }

    private static void onItsOwnThread(Lookup lookup, Promise<?> promise) {
      Runnable run =
          () -> {
            try {
              lookup.run();
            } catch (UnknownHostException e) {
              promise.setFailure(e);
            }
          };
      Thread.ofPlatform().daemon().name("dwcp-name").start(run);
    }
  }
}
