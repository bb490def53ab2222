package io.novacron.dwcp.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that begin as qcow2 images, written after QEMU's docs/interop/qcow2.txt. */
final class Qcow2Files {
  static final int NAME_OFFSET = 512;

  private Qcow2Files() {}

  /** Version 3, clusters of 64 KiB. */
  static ByteBuffer header(String backingFile, String backingFormat) {
    ByteBuffer out = ByteBuffer.allocate(65536);
    byte[] name = backingFile.getBytes(UTF_8);
    out.putInt(0x514649fb).putInt(3).putLong(NAME_OFFSET).putInt(name.length).putInt(16);
    out.putInt(100, 112);
    out.position(112);
    out.putInt(0x6803f857).putInt(5).put("abcde".getBytes(UTF_8)).put(new byte[3]); // another one
    if (!backingFormat.isEmpty()) {
      byte[] format = backingFormat.getBytes(UTF_8);
      out.putInt(0xe2792aca).putInt(format.length).put(format);
      out.position((out.position() + 7) / 8 * 8);
    }
    out.putLong(0);
    out.position(NAME_OFFSET).put(name);
    return out.clear();
  }

  static Path write(Path path, ByteBuffer header) throws IOException {
    byte[] bytes = new byte[header.capacity()];
    header.get(0, bytes);
    return Files.write(path, bytes);
  }

  static Path on(Path path, String backingFile, String backingFormat) throws IOException {
    return write(path, header(backingFile, backingFormat));
  }

  static Path alone(Path path) throws IOException {
    return write(path, header("", "").putLong(8, 0));
  }
}
