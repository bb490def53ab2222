package io.novacron.dwcp.baseline;

import io.novacron.dwcp.plugin.BaselineStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Baselines between the end of their migration and their file. One that is dropped meanwhile never
 * gets its file: who drops it before it is published does not see it appear afterwards. Any thread.
 */
final class UnwrittenBaselines {
  private final Set<Unwritten> waiting = ConcurrentHashMap.newKeySet();

  /** One of them, until it is closed. */
  final class Unwritten implements AutoCloseable {
    private final BaselineStore.Key key;
    private boolean dropped;

    private Unwritten(BaselineStore.Key key) {
      this.key = key;
    }

    BaselineStore.Key key() {
      return key;
    }

    private synchronized void drop() {
      dropped = true;
    }

    synchronized boolean isDropped() {
      return dropped;
    }

    /** The draft, whose appending and publishing fail once this is dropped. */
    BaselineStore.Draft guard(BaselineStore.Draft draft) {
      return new GuardedDraft(this, draft);
    }

    /** Under the lock that {@link #drop} takes, so that it comes wholly before or after it. */
    private synchronized void publish(BaselineStore.Draft draft) throws IOException {
      refuseIfDropped();
      draft.publish();
    }

    private void refuseIfDropped() throws IOException {
      if (isDropped()) {
        throw new IOException("it was dropped while it was written");
      }
    }

    @Override
    public void close() {
      waiting.remove(this);
    }
  }

  private record GuardedDraft(Unwritten unwritten, BaselineStore.Draft draft)
      implements BaselineStore.Draft {
    @Override
    public void append(ByteBuffer bytes) throws IOException {
      unwritten.refuseIfDropped();
      draft.append(bytes);
    }

    @Override
    public void publish() throws IOException {
      unwritten.publish(draft);
    }

    @Override
    public void close() {
      draft.close();
    }
  }

  Unwritten add(BaselineStore.Key key) {
    Unwritten added = new Unwritten(key);
    waiting.add(added);
    return added;
  }

  /** When it returns, none of them will be published that was not published before. */
  void drop(Predicate<BaselineStore.Key> which) {
    waiting.stream().filter(each -> which.test(each.key())).forEach(Unwritten::drop);
  }
}
