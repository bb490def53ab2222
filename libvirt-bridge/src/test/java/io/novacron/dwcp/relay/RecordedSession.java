package io.novacron.dwcp.relay;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A connection of a real migration, as the source's relay saw it before it changed anything. The
 * format and how they were made: vectors/rpc/README.md.
 */
record RecordedSession(String name, List<Chunk> chunks) {
  /** What one read gave. */
  record Chunk(boolean fromSource, ByteBuffer bytes) {}

  static RecordedSession load(String name) {
    InputStream file =
        RecordedSession.class.getResourceAsStream("/vectors/rpc/" + name + ".rpc.gz");
    if (file == null) {
      throw new IllegalArgumentException("no recorded session " + name);
    }
    List<Chunk> chunks = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(new GZIPInputStream(file))) {
      while (true) {
        int direction = in.read();
        if (direction < 0) {
          return new RecordedSession(name, chunks);
        }
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        chunks.add(new Chunk(direction == 'S', ByteBuffer.wrap(bytes)));
      }
    } catch (EOFException e) {
      throw new UncheckedIOException(name + " ends inside a chunk", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ByteBuffer direction(boolean fromSource) {
    return RpcMessageReaderTest.concat(
        chunks.stream().filter(c -> c.fromSource() == fromSource).map(Chunk::bytes).toList());
  }

  /** The messages of one direction that the relays read. */
  List<RpcMessage> messages(boolean fromSource) {
    return new RpcMessageReader()
        .push(direction(fromSource)).stream()
            .filter(RpcMessage.class::isInstance)
            .map(RpcMessage.class::cast)
            .toList();
  }

  /** A copy that may be changed. */
  RecordedSession copy() {
    return new RecordedSession(
        name,
        chunks.stream()
            .map(c ->
                new Chunk(
                    c.fromSource(),
                    ByteBuffer.allocate(c.bytes().capacity()).put(c.bytes().duplicate()).flip()))
            .toList());
  }

  @Override
  public String toString() {
    return name;
  }
}
