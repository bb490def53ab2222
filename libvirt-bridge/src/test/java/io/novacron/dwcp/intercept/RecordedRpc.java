package io.novacron.dwcp.intercept;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** A libvirt connection of a real migration; the format: vectors/rpc/README.md. */
final class RecordedRpc {
  /** What one read gave; its bytes are shared and not to be changed. */
  static final class Chunk {
    private final boolean fromSource;
    private final byte[] bytes;

    Chunk(boolean fromSource, byte[] bytes) {
      this.fromSource = fromSource;
      this.bytes = bytes;
    }

    boolean fromSource() {
      return fromSource;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  private RecordedRpc() {}

  static List<Chunk> load(String name) throws IOException {
    InputStream file = RecordedRpc.class.getResourceAsStream("/vectors/rpc/" + name + ".rpc.gz");
    List<Chunk> chunks = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Objects.requireNonNull(file, name)))) {
      for (int direction = in.read(); direction >= 0; direction = in.read()) {
        chunks.add(new Chunk(direction == 'S', in.readNBytes(in.readInt())));
      }
    }
    return chunks;
  }
}
