package io.novacron.dwcp.netty;

import io.novacron.dwcp.fallback.Fallback;
import io.novacron.dwcp.session.SourceSession;
import java.util.concurrent.CompletableFuture;

/** Waits for the session of a peer on a thread that is not its loop's. */
public final class AwaitedSession {
  private AwaitedSession() {}

  /** The session; fails with an IllegalStateException that says why there is none. Any thread. */
  public static CompletableFuture<SourceSession> of(PeerLink link) {
    CompletableFuture<SourceSession> answer = new CompletableFuture<>();
    link.loop()
        .execute(() ->
            link.acquire(
                new PeerLink.Waiter() {
                  @Override
                  public void ready(SourceSession live) {
                    answer.complete(live);
                  }

                  @Override
                  public void unavailable(Fallback fallback) {
                    answer.completeExceptionally(new IllegalStateException(fallback.toString()));
                  }
                }));
    return answer;
  }
}
