package io.novacron.dwcp.baseline;

import io.novacron.dwcp.plugin.BaselineStore;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A store in memory whose bytes tests may change, and which can be full. */
final class MemoryBaselineStore implements BaselineStore {
  final Map<Key, byte[]> kept = new ConcurrentHashMap<>();
  volatile long roomBytes = Long.MAX_VALUE;

  /** Told "begin" and "append" before they happen, on the thread that writes. */
  volatile Step beforeEach = step -> {};

  /** A look at the store in the middle of its work. */
  interface Step {
    void before(String step) throws IOException;
  }

  @Override
  public Draft begin(Key key) throws IOException {
    beforeEach.before("begin");
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    return new Draft() {
      @Override
      public void append(ByteBuffer bytes) throws IOException {
        beforeEach.before("append");
        if (written.size() + bytes.remaining() > roomBytes) {
          throw new IOException("No space left on device");
        }
        while (bytes.hasRemaining()) {
          written.write(bytes.get());
        }
      }

      @Override
      public void publish() {
        kept.put(key, written.toByteArray());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Optional<Held> open(Key key) {
    return Optional.ofNullable(kept.get(key)).map(MemoryBaselineStore::held);
  }

  static Held held(byte[] bytes) {
    return new Held() {
      @Override
      public long sizeBytes() {
        return bytes.length;
      }

      @Override
      public void read(long offset, ByteBuffer into) throws IOException {
        if (offset < 0 || offset + into.remaining() > bytes.length) {
          throw new EOFException("read of " + into.remaining() + " B at " + offset);
        }
        into.put(bytes, (int) offset, into.remaining());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<Entry> entries() {
    return kept.entrySet().stream()
        .map(each -> new Entry(each.getKey(), each.getValue().length, Instant.EPOCH))
        .sorted(Comparator.comparing(each -> each.key().toString()))
        .toList();
  }

  @Override
  public boolean drop(Key key) {
    return kept.remove(key) != null;
  }
}
