package io.novacron.dwcp.image;

import io.novacron.dwcp.encoding.ImageIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The images of one migration: those whose index was there, and those that were read meanwhile. Any
 * thread.
 */
public final class ImageSearch implements AutoCloseable {
  private final CompletableFuture<Void> looked = new CompletableFuture<>();
  private final List<ImageIndex> found = new ArrayList<>();
  private boolean closed;

  ImageSearch() {}

  void looked() {
    looked.complete(null);
  }

  synchronized void found(ImageIndex index) {
    if (closed) {
      index.close();
    } else {
      found.add(index);
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Done when what was read before is found; never fails. */
  public CompletableFuture<Void> whenLooked() {
    return looked.copy();
  }

  /** What is there now, each with a holder of its own for who asked; nothing after the end. */
  public synchronized List<ImageIndex> retained() {
    return found.stream().map(ImageIndex::retain).toList();
  }

  /** The migration is over. */
  @Override
  public synchronized void close() {
    closed = true;
    found.forEach(ImageIndex::close);
    found.clear();
  }
}
