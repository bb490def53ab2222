package io.novacron.dwcp.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * What a qcow2 image says about the file below it (QEMU, docs/interop/qcow2.txt). To be read only
 * from a file that libvirt uses as qcow2: a guest writes to the first bytes of a raw disk whatever
 * it likes.
 *
 * @param backingFile as it stands there: a path, perhaps relative to the image's directory
 * @param backingFormat empty if it does not say
 */
record Qcow2Header(Optional<String> backingFile, Optional<String> backingFormat) {

  private static final int MAGIC = 0x514649fb; // "QFI" and 0xfb

  /** Version 2 ends here, version 3 says its own length. */
  private static final int V2_BYTES = 72;

  private static final int V3_LENGTH_OFFSET = 100;
  private static final int V3_BYTES = 104;

  private static final int MIN_CLUSTER_BITS = 9;
  private static final int MAX_CLUSTER_BITS = 21;

  /** "Must not be longer than 1023 bytes". */
  private static final int MOST_NAME_BYTES = 1023;

  private static final int FORMAT_EXTENSION = 0xe2792aca;

  /** Longer than any name of a format. */
  private static final int MOST_FORMAT_BYTES = 31;

  private static final Optional<String> UNKNOWN_FORMAT = Optional.of("");

  /** 4 KiB: header and extensions take some hundred bytes; what lies further is not looked at. */
  private static final int HEAD_BYTES = 4096;

  static final Qcow2Header WITHOUT_BACKING = new Qcow2Header(Optional.empty(), Optional.empty());

  static Qcow2Header read(FileChannel file) throws IOException {
    ByteBuffer head = bytes(file, 0, (int) Math.min(HEAD_BYTES, file.size()));
    if (head.limit() < V2_BYTES || head.getInt(0) != MAGIC) {
      throw new IOException("it does not begin as a qcow2 image");
    }
    int version = head.getInt(4);
    if (version != 2 && version != 3) {
      throw new IOException("qcow2 version " + version + ", expected 2 or 3");
    }
    long nameOffset = head.getLong(8);
    int nameBytes = head.getInt(16);
    int clusterBits = head.getInt(20);
    if (nameOffset == 0) {
      return WITHOUT_BACKING;
    }
    if (clusterBits < MIN_CLUSTER_BITS || clusterBits > MAX_CLUSTER_BITS) {
      throw new IOException("clusters of 2^" + clusterBits + " B");
    }
    boolean isInFirstCluster =
        nameBytes >= 1
            && nameBytes <= MOST_NAME_BYTES
            && nameOffset > 0
            && nameOffset <= (1L << clusterBits) - nameBytes;
    if (!isInFirstCluster) {
      throw new IOException(
          "the name of its backing file has %d B at %d".formatted(nameBytes, nameOffset));
    }
    String name = text(bytes(file, nameOffset, nameBytes));
    return new Qcow2Header(Optional.of(name), format(head, version));
  }

  private static Optional<String> format(ByteBuffer head, int version) throws IOException {
    int at = V2_BYTES;
    if (version == 3) {
      at = head.limit() < V3_BYTES ? -1 : head.getInt(V3_LENGTH_OFFSET);
      if (at < V3_BYTES || at > head.limit()) {
        throw new IOException("a header of %d B".formatted(at));
      }
    }
    while (at + 8 <= head.limit() && head.getInt(at) != 0) {
      int length = head.getInt(at + 4);
      if (length < 0 || length > head.limit() - at - 8) {
        return UNKNOWN_FORMAT;
      }
      if (head.getInt(at) == FORMAT_EXTENSION) {
        return length > MOST_FORMAT_BYTES
            ? UNKNOWN_FORMAT
            : Optional.of(text(head.slice(at + 8, length)));
      }
      at += 8 + (length + 7) / 8 * 8;
    }
    return Optional.empty();
  }

  private static String text(ByteBuffer bytes) throws IOException {
    String text = UTF_8.newDecoder().decode(bytes).toString();
    if (text.indexOf(0) >= 0) {
      throw new IOException("a name with a zero byte in it");
    }
    return text;
  }

  private static ByteBuffer bytes(FileChannel file, long offset, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, offset + bytes.position()) < 0) {
        throw new IOException("it ends at " + (offset + bytes.position()));
      }
    }
    return bytes.flip();
  }
}
