package io.novacron.dwcp.plugin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Keeps baselines: what a guest looked like when it last went between this host and a peer. To the
 * store a baseline is bytes without meaning. They are checked whenever they are read, so a store
 * may lose or damage one: that costs bytes on the next migration, never correctness.
 *
 * <p>A baseline holds the memory of a guest. A store lets nobody read it who may not read that, and
 * never gives that of one guest for another. Methods may come from any thread and may block, but
 * for {@link Draft} and {@link Held}, which say for themselves.
 */
public interface BaselineStore {

  /**
   * What a baseline is kept under; a newer one of the same key replaces the older.
   *
   * @param guest the domain's UUID
   * @param peerHost the daemon on the other end of that migration, as it names itself: any text
   */
  record Key(UUID guest, String peerHost) {}

  /** A baseline that is kept. */
  record Entry(Key key, long storedBytes, Instant writtenAt) {}

  /** A baseline that is being written. One thread at a time. */
  interface Draft extends AutoCloseable {

    /** Appends the bytes from position to limit; what there is no room for fails. */
    void append(ByteBuffer bytes) throws IOException;

    /** From here on the key has this baseline, also after a crash. Once, as the last call. */
    void publish() throws IOException;

    /** Gives up what was not published; harmless after it. */
    @Override
    void close();
  }

  /** A baseline opened for reading; any thread, several at once. It outlives its replacement. */
  interface Held extends AutoCloseable {

    long sizeBytes();

    /** Fills {@code into} from its position to its limit; fails where the bytes end before. */
    void read(long offset, ByteBuffer into) throws IOException;

    @Override
    void close();
  }

  /** Begins a new baseline of the key; the old one stays until {@link Draft#publish}. */
  Draft begin(Key key) throws IOException;

  /** The baseline of the key, or empty. */
  Optional<Held> open(Key key) throws IOException;

  /** All that are kept, in a stable order; an unmodifiable snapshot. */
  List<Entry> entries() throws IOException;

  /** Forgets the baseline of the key; false when there was none. */
  boolean drop(Key key) throws IOException;
}
